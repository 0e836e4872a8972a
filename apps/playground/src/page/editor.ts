import { autocompletion, closeBrackets } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { javascript } from '@codemirror/lang-javascript'
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { lintGutter, setDiagnostics } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import type { Mistake } from '../code/compile.js'
import type { Sources } from '../share/shared-run.js'

type File = keyof Sources

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: '#c792ff' },
  { tag: [tags.string, tags.regexp], color: '#a5e39a' },
  { tag: [tags.number, tags.bool, tags.null], color: '#ffb86b' },
  { tag: tags.comment, color: '#6b779f', fontStyle: 'italic' },
  { tag: [tags.typeName, tags.className], color: '#8ef0ff' },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: '#9cc4ff' },
  { tag: tags.function(tags.variableName), color: '#ffd58a' },
])

const looks = EditorView.theme(
  {
    '&': { color: '#e8ecff', backgroundColor: '#0c1124' },
    '.cm-content': { caretColor: '#8ef0ff', fontFamily: 'ui-monospace, monospace' },
    '.cm-cursor': { borderLeftColor: '#8ef0ff' },
    '.cm-gutters': { backgroundColor: '#0c1124', color: '#4b568a', border: 'none' },
    '.cm-activeLine': { backgroundColor: '#ffffff08' },
    '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: '#2c4a7a' },
    '.cm-tooltip': { backgroundColor: '#1a2240', border: '1px solid #2f3a63', color: '#e8ecff' },
  },
  { dark: true },
)

/** Two files in an editor, one at a time. */
export class Editor {
  readonly #view: EditorView
  readonly #states = new Map<File, EditorState>()
  readonly #onEdit: () => void
  #file: File = 'game'

  constructor(place: HTMLElement, sources: Sources, onEdit: () => void) {
    this.#onEdit = onEdit
    this.#states.set('game', this.#stateOf(sources.game))
    this.#states.set('play', this.#stateOf(sources.play))
    this.#view = new EditorView({ parent: place, state: this.#states.get('game')! })
  }

  get sources(): Sources {
    this.#states.set(this.#file, this.#view.state)
    const textOf = (file: File): string => this.#states.get(file)!.doc.toString()
    return { game: textOf('game'), play: textOf('play') }
  }

  /** Other sources, as of another example. */
  set sources(sources: Sources) {
    this.#states.set('game', this.#stateOf(sources.game))
    this.#states.set('play', this.#stateOf(sources.play))
    this.#view.setState(this.#states.get(this.#file)!)
  }

  open(file: File, place?: number): void {
    if (file !== this.#file) {
      this.#states.set(this.#file, this.#view.state)
      this.#file = file
      this.#view.setState(this.#states.get(file)!)
    }
    if (place === undefined) return
    this.#view.dispatch({ selection: { anchor: Math.min(place, this.#view.state.doc.length) }, scrollIntoView: true })
    this.#view.focus()
  }

  mark(mistakes: readonly Mistake[]): void {
    const { length } = this.#view.state.doc
    const own = mistakes
      .filter(({ file }) => file === this.#file)
      .map(({ from, to, text }) => ({
        from: Math.min(from, length),
        to: Math.min(to, length),
        message: text,
        severity: 'error' as const,
      }))
    this.#view.dispatch(setDiagnostics(this.#view.state, own))
  }

  #stateOf(doc: string): EditorState {
    return EditorState.create({
      doc,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        autocompletion(),
        highlightActiveLine(),
        lintGutter(),
        javascript({ typescript: true }),
        syntaxHighlighting(colours),
        looks,
        keymap.of([indentWithTab, ...defaultKeymap, ...historyKeymap]),
        EditorView.contentAttributes.of({ 'aria-label': 'Rules and drawing of the game' }),
        EditorView.updateListener.of(({ docChanged }) => {
          if (docChanged) this.#onEdit()
        }),
      ],
    })
  }
}
