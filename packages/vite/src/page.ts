// Runs in the page, while the game is made: shows why the game does not go on as expected.
import type { ShownProblem } from './problem.js'

interface Hot {
  on(event: string, listener: (data: unknown) => void): void
  send(event: string, data?: unknown): void
}

const style = `
  :host { all: initial }
  section {
    position: fixed; z-index: 2147483647; left: 16px; right: 16px; bottom: 16px; max-width: 720px; max-height: 60vh; margin: auto;
    overflow: auto; padding: 16px 20px; border-radius: 12px; border-left: 4px solid #ff6b5e; background: #17181ff2;
    color: #f2f2f5; font: 14px/1.5 system-ui, sans-serif; box-shadow: 0 12px 40px #0008;
  }
  h1 { margin: 0; font-size: 15px; font-weight: 600 }
  ul { margin: 8px 0 0; padding-left: 20px }
  pre { margin: 10px 0 0; overflow-x: auto; color: #ffb4ab; font: 12px/1.5 ui-monospace, monospace; white-space: pre }
  nav { display: flex; gap: 8px; margin-top: 14px }
  button { padding: 6px 14px; border: 0; border-radius: 8px; background: #ffffff1f; color: inherit; font: inherit; cursor: pointer }
  button.main { background: #ff6b5e; color: #1b0d0b; font-weight: 600 }
`

declare global {
  interface ImportMeta {
    readonly hot?: Hot
  }
}

const hot = import.meta.hot
let panel: HTMLElement | undefined

hot?.on('tygase:problem', (data) => show(data as ShownProblem | null))
hot?.send('tygase:hello')

function show(problem: ShownProblem | null): void {
  panel?.remove()
  panel = undefined
  if (problem === null) return
  const { title, sentences, detail, mayReset } = problem
  const section = element('section', [
    element('h1', [title]),
    ...(sentences.length === 0
      ? []
      : [
          element(
            'ul',
            sentences.map((sentence) => element('li', [sentence])),
          ),
        ]),
    ...(detail === '' ? [] : [element('pre', [detail])]),
    element('nav', [
      ...(mayReset ? [button('Begin the game anew', 'main', () => hot?.send('tygase:reset'))] : []),
      button('Hide', '', () => show(null)),
    ]),
  ])
  section.setAttribute('role', 'alert')
  panel = document.createElement('tygase-problem')
  panel.attachShadow({ mode: 'open' }).append(element('style', [style]), section)
  document.body.append(panel)
}

function element(tag: string, children: readonly (Node | string)[]): HTMLElement {
  const made = document.createElement(tag)
  made.append(...children)
  return made
}

function button(text: string, className: string, onClick: () => void): HTMLElement {
  const made = element('button', [text])
  made.className = className
  made.addEventListener('click', onClick)
  return made
}
