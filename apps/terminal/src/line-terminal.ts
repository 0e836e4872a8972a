import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline'
import { styleText } from 'node:util'

export interface TerminalOptions {
  /** Default: those of the process. */
  input?: NodeJS.ReadStream | NodeJS.ReadableStream
  output?: NodeJS.WriteStream | NodeJS.WritableStream
  /** Stands before what is typed. Default `> `. */
  prompt?: string
  /** Called on Ctrl-C while a line is typed: the terminal is in raw mode then, and there is no signal. */
  onInterrupt?: () => void
  /** Whether a line is kept out of the history, as there is a password in it. Default: none is. */
  isSecret?: (line: string) => boolean
}

type Style = Parameters<typeof styleText>[0]

const historySize = 500

/**
 * Lines in, lines out. Typed: with a prompt that stays below what is printed, history and editing. Piped: plain lines, as
 * they are answered, so that a script can read them.
 */
export class LineTerminal {
  /** Whether somebody types. */
  readonly isTyped: boolean
  readonly #input: NodeJS.ReadableStream
  readonly #output: NodeJS.WritableStream
  readonly #hasColours: boolean
  readonly #prompt: string
  readonly #onInterrupt: () => void
  readonly #isSecret: (line: string) => boolean
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

  /** The text in a style, where there are colours. */
  styled(style: Style, text: string): string {
    return this.#hasColours ? styleText(style, text, { validateStream: false }) : text
  }

  /** Prints a line, or several, above what is being typed. */
  print(text: string): void {
    const reader = this.#reader
    if (!this.isTyped || reader === undefined) return void this.#output.write(`${text}\n`)
    moveCursor(this.#output, 0, -reader.getCursorPos().rows)
    cursorTo(this.#output, 0)
    clearScreenDown(this.#output)
    this.#output.write(`${text}\n`)
    reader.prompt(true)
  }

  /** Puts each line to `answer`, the next one when that has resolved. Resolves at the end of the input or after `stop`. */
  async read(answer: (line: string) => Promise<void>): Promise<void> {
    if (this.#isStopped) return
    const reader = createInterface({
      input: this.#input,
      output: this.isTyped ? this.#output : undefined,
      terminal: this.isTyped,
      prompt: this.#prompt,
      historySize,
      removeHistoryDuplicates: true,
    })
    this.#reader = reader
    reader.on('SIGINT', this.#onInterrupt)
    reader.on('history', (history: string[]) => {
      if (this.#isSecret(history[0] ?? '')) history.shift()
    })
    if (this.isTyped) reader.prompt()
    for await (const line of reader) {
      if (this.#isStopped) break
      await answer(line)
      if (this.isTyped && !this.#isStopped) reader.prompt(true)
    }
    this.#end()
  }

  /** Reads no more lines; what is printed from now on has no prompt below it. */
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
