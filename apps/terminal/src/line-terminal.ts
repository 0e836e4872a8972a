import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline'
import { styleText } from 'node:util'

export interface TerminalOptions {
  /** Default: those of the process. */
  input?: NodeJS.ReadStream | NodeJS.ReadableStream
  output?: NodeJS.WriteStream | NodeJS.WritableStream
  /** Stands before the typed line. Default `> `. */
  prompt?: string
  /** Called on Ctrl-C while a line is typed: the terminal is in raw mode then, and there is no signal. */
  onInterrupt?: () => void
  /** True for a line that is kept out of the history because it has a password. Default: never. */
  isSecret?: (line: string) => boolean
}

type Style = Parameters<typeof styleText>[0]

const historySize = 500

/**
 * Lines in, lines out. If lines are typed, there is a prompt below the output, with history and editing. If they are piped,
 * the output is plain, so that a script can read it.
 */
export class LineTerminal {
  /** True if lines are typed, false if they are piped. */
  readonly isTyped: boolean
  /** Called after each key with the line that is being typed, empty after it is entered. Never for piped lines. */
  onTyping: (line: string) => void = () => {}
  readonly #input: NodeJS.ReadableStream
  readonly #output: NodeJS.WritableStream
  readonly #hasColours: boolean
  readonly #prompt: string
  readonly #onInterrupt: () => void
  readonly #isSecret: (line: string) => boolean
  #note = ''
  #reader: Interface | undefined
  #isStopped = false

  constructor(options: TerminalOptions = {}) {
    const { input = process.stdin, output = process.stdout, prompt = '> ', onInterrupt = () => {} } = options
    const { isSecret = () => false } = options
    this.#input = input
    this.#output = output
    this.#prompt = prompt
    this.#onInterrupt = onInterrupt
    this.#isSecret = isSecret
    const isTerminal = 'isTTY' in output && output.isTTY === true
    this.isTyped = isTerminal && 'isTTY' in input && input.isTTY === true
    this.#hasColours = isTerminal && !process.env.NO_COLOR
  }

  /** The text in a style if the terminal has colours. */
  styled(style: Style, text: string): string {
    return this.#hasColours ? styleText(style, text, { validateStream: false }) : text
  }

  /** A logger for the libraries: prints warnings and errors, a line each. */
  get logger() {
    const nothing = (): void => {}
    const line = (level: string) => (details: object, message: string) => {
      const { err } = details as { err?: unknown }
      this.print(`${level}: ${message}${err instanceof Error ? `: ${err.message}` : ''}`)
    }
    return { debug: nothing, info: nothing, warn: line('warning'), error: line('error') }
  }

  /** Prints one line or several, above the line that is being typed. */
  print(text: string): void {
    const reader = this.#reader
    if (!this.isTyped || reader === undefined) return void this.#output.write(`${text}\n`)
    this.#clearPrompt(reader)
    this.#output.write(`${text}\n`)
    reader.prompt(true)
  }

  /** Shows a note before the prompt until the next call; the empty text for none. Piped lines have no notes. */
  note(text: string): void {
    if (text === this.#note) return
    this.#note = text
    const reader = this.#reader
    if (!this.isTyped || reader === undefined) return
    this.#clearPrompt(reader)
    reader.setPrompt(this.#fullPrompt)
    reader.prompt(true)
  }

  get #fullPrompt(): string {
    return this.#note === '' ? this.#prompt : `${this.styled('dim', `(${this.#note})`)} ${this.#prompt}`
  }

  #clearPrompt(reader: Interface): void {
    moveCursor(this.#output, 0, -reader.getCursorPos().rows)
    cursorTo(this.#output, 0)
    clearScreenDown(this.#output)
  }

  /** Calls `answer` with each line, one after the other. Resolves at the end of the input or after `stop`. */
  async read(answer: (line: string) => Promise<void>): Promise<void> {
    if (this.#isStopped) return
    const reader = createInterface({
      input: this.#input,
      output: this.isTyped ? this.#output : undefined,
      terminal: this.isTyped,
      prompt: this.#fullPrompt,
      historySize,
      removeHistoryDuplicates: true,
    })
    this.#reader = reader
    reader.on('SIGINT', this.#onInterrupt)
    reader.on('history', (history: string[]) => {
      if (this.#isSecret(history[0] ?? '')) history.shift()
    })
    // behind the listener of readline, so that the key is in the line
    if (this.isTyped) this.#input.on('keypress', () => this.onTyping(reader.line))
    if (this.isTyped) reader.prompt()
    for await (const line of reader) {
      if (this.#isStopped) break
      await answer(line)
      if (this.isTyped && !this.#isStopped) reader.prompt(true)
    }
    this.#end()
  }

  /** Reads no more lines. The output has no prompt below it from now on. */
  stop(): void {
    this.#isStopped = true
    this.#end()
  }

  #end(): void {
    const reader = this.#reader
    if (reader === undefined) return
    this.#reader = undefined
    reader.close()
    if (!this.isTyped) return
    cursorTo(this.#output, 0)
    clearScreenDown(this.#output)
  }
}
