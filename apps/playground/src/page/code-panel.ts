import type { Mistake } from '../code/compile.js'
import type { GameCode } from '../run/game-code.js'
import type { Sources } from '../share/shared-run.js'
import type { Compiler } from './compiler.js'
import { button, Choice, element, setText } from './dom.js'
import type { Editor } from './editor.js'

/** After the last key. */
const pauseMs = 450

interface CodeCalls {
  /** The sources have no mistake, and are others than before. */
  apply(sources: Sources, code: GameCode): void
  /** Back to the example as it was. */
  reset(): void
}

/** The rules and the drawing of the game, to read and to edit. The editor and the compiler are loaded when it is opened. */
export class CodePanel {
  readonly #compiler: Compiler
  readonly #calls: CodeCalls
  readonly #state = element('code-state', HTMLElement)
  readonly #files: Choice<keyof Sources>
  #given: Sources | (() => Promise<Sources>) = { game: '', play: '' }
  /** Those that play now, once the editor has them. */
  #sources: Sources = { game: '', play: '' }
  #editor: Editor | undefined
  #opening: Promise<void> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #edits = 0

  constructor(compiler: Compiler, calls: CodeCalls) {
    this.#compiler = compiler
    this.#calls = calls
    const files = element('files', HTMLElement)
    this.#files = new Choice<keyof Sources>(
      files,
      [
        ['game.ts', 'game'],
        ['play.ts', 'play'],
      ],
      (file) => this.#open(file),
    )
    this.#files.show('game')
    files.append(button('Reset', () => this.#calls.reset()))
  }

  /** @param sources of the game that plays now, or a function that loads them: it is called when the editor is open */
  show(sources: Sources | (() => Promise<Sources>)): void {
    this.#given = sources
    clearTimeout(this.#timer)
    this.#edits++
    this.#say('', '')
    this.#list([])
    if (this.#editor !== undefined) void this.#fill(this.#editor)
  }

  async #fill(editor: Editor): Promise<void> {
    const given = this.#given
    try {
      const sources = typeof given === 'function' ? await given() : given
      if (given === this.#given) editor.sources = this.#sources = sources
    } catch (error) {
      this.#say(sentenceOf(error), 'bad')
    }
  }

  /** Loads the editor, once. */
  open(): Promise<void> {
    this.#opening ??= this.#load()
    return this.#opening
  }

  async #load(): Promise<void> {
    this.#say('loading the editor …', '')
    try {
      const { Editor } = await import('./editor.js')
      this.#editor = new Editor(element('editor', HTMLElement), this.#sources, () => this.#edited())
      await this.#fill(this.#editor)
      this.#say('', '')
      await this.#look()
    } catch (error) {
      this.#opening = undefined
      this.#say(sentenceOf(error), 'bad')
    }
  }

  #open(file: keyof Sources, place?: number): void {
    this.#files.show(file)
    this.#editor?.open(file, place)
  }

  #edited(): void {
    this.#say('…', '')
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#look(), pauseMs)
  }

  /** Looks for mistakes; without any, the game goes on with the new code. */
  async #look(): Promise<void> {
    const sources = this.#editor!.sources
    const edit = ++this.#edits
    try {
      this.#say('looking for mistakes …', '')
      const mistakes = await this.#compiler.check(sources)
      if (edit !== this.#edits) return
      this.#list(mistakes)
      this.#editor!.mark(mistakes)
      if (mistakes.length > 0) {
        const count = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`
        return this.#say(`${count}: the rules from before go on`, 'bad')
      }
      this.#say('no mistakes', 'good')
      if (sources.game === this.#sources.game && sources.play === this.#sources.play) return
      const compiled = await this.#compiler.compile(sources)
      if (edit !== this.#edits || !('code' in compiled)) return
      this.#sources = sources
      this.#say('these rules play', 'good')
      this.#calls.apply(sources, compiled.code)
    } catch (error) {
      if (edit === this.#edits) this.#say(sentenceOf(error), 'bad')
    }
  }

  #list(mistakes: readonly Mistake[]): void {
    const { game, play } = this.#editor?.sources ?? this.#sources
    element('mistakes', HTMLElement).replaceChildren(
      ...mistakes.map(({ file, from, text }) => {
        const line = (file === 'game' ? game : play).slice(0, from).split('\n').length
        const item = document.createElement('li')
        item.append(button(`${file}.ts, line ${line}: ${text}`, () => this.#open(file, from)))
        return item
      }),
    )
  }

  #say(text: string, kind: 'good' | 'bad' | ''): void {
    setText(this.#state, text)
    this.#state.className = kind
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
