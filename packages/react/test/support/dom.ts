import { Window } from 'happy-dom'
import { act, type ReactNode } from 'react'
import type { Root } from 'react-dom/client'
import { afterEach, beforeEach } from 'vitest'

const names = [
  ...['window', 'document', 'navigator', 'IS_REACT_ACT_ENVIRONMENT'],
  ...['requestAnimationFrame', 'cancelAnimationFrame'],
] as const

/** A document with one React root. */
export interface Dom {
  readonly text: string
  /** Renders, and runs all effects. */
  render(element: ReactNode): Promise<void>
  /** Does something that may render. */
  act(work: () => Promise<void> | void): Promise<void>
  unmount(): Promise<void>
  /** Runs the callbacks of `requestAnimationFrame`. */
  frame(timeMs: number): Promise<void>
  /** Callbacks that wait for a frame. */
  readonly waitingFrames: number
}

/** Gives each test of the file a document. Files of one worker share their globals, so they are taken away again. */
export function openDom(): Dom {
  const globals = globalThis as unknown as Record<string, unknown>
  const before = names.map((name) => [name, globals[name]] as const)
  let root: Root | undefined
  let container: Element
  const frames = new Map<number, (timeMs: number) => void>()
  let lastFrame = 0

  beforeEach(async () => {
    const window = new Window()
    Object.assign(globals, {
      window,
      document: window.document,
      navigator: globals.navigator ?? window.navigator,
      IS_REACT_ACT_ENVIRONMENT: true,
      requestAnimationFrame: (callback: (timeMs: number) => void) => {
        frames.set(++lastFrame, callback)
        return lastFrame
      },
      cancelAnimationFrame: (handle: number) => void frames.delete(handle),
    })
    frames.clear()
    // it looks for a document when it is loaded
    const { createRoot } = await import('react-dom/client')
    // reason: it has what React asks of an element
    container = window.document.createElement('div') as unknown as Element
    // what a boundary has caught is what the test is about
    root = createRoot(container, { onCaughtError: () => {} })
  })

  afterEach(async () => {
    await act(async () => root?.unmount())
    for (const [name, value] of before) {
      if (value === undefined) delete globals[name]
      else globals[name] = value
    }
  })

  return {
    get text() {
      return container.textContent ?? ''
    },
    get waitingFrames() {
      return frames.size
    },
    render: (element) => act(async () => root?.render(element)),
    act: (work) => act(async () => work()),
    unmount: () => act(async () => root?.unmount()),
    frame: (timeMs) =>
      act(async () => {
        const due = [...frames.values()]
        frames.clear()
        for (const callback of due) callback(timeMs)
      }),
  }
}
