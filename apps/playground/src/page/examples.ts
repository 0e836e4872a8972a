import examples from 'virtual:examples'
import type { GameCode } from '../run/game-code.js'
import type { ExampleSources, Sources } from '../share/shared-run.js'

/** A game that the page brings: what its sources are compiled to, and the sources themselves, which load when they are needed. */
export interface Example {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly code: GameCode
  readonly sources: () => Promise<Sources>
}

const words: Readonly<Record<string, readonly [title: string, about: string]>> = {
  tag: [
    'Tag',
    'Touch another disc to pass it on. Arrow keys, WASD or the pointer steer. Set the latency to 300 ms: your own disc still moves at once.',
  ],
  shooter: [
    'Shooter',
    'WASD moves, the pointer aims and shoots. A shot is judged by what your screen showed. Cut a network, play on, and mend it.',
  ],
  race: [
    'Lobby and countdown',
    'Only the host may start. Press Start at another client to see the refusal. The countdown is one number in the state.',
  ],
  cards: [
    'Cards with secrets',
    'Open "State": the server knows the deck and all hands, a client was never sent more than its own.',
  ],
  chat: [
    'Chat and cursors',
    'Click a ready line, or type and press Enter. Cursors and "is typing" are presence: no version of the state is made for them.',
  ],
  four: ['Four in a row', 'Two play in turns and two watch. What is not allowed is refused with a reason.'],
}

/** The names of the examples with their titles. The first one plays if the address names none. */
export const exampleTitles: readonly (readonly [name: string, title: string])[] = Object.entries(words).map(
  ([name, [title]]) => [name, title],
)

/** Loads an example. @returns undefined for an unknown name */
async function findExample(name: string): Promise<Example | undefined> {
  const files = Object.hasOwn(words, name) ? examples[name] : undefined
  if (files === undefined) return undefined
  const [title, about] = words[name]!
  const { default: code } = await files.code()
  return { name, title, about, code, sources: async () => (await files.sources()).default }
}

/** The sources of an example, for links. @returns undefined for an unknown name */
export async function findSources(name: string): Promise<ExampleSources | undefined> {
  const found = await findExample(name)
  return found && { name, ...(await found.sources()) }
}

/** Loads an example, or the first one if there is none of this name. */
export async function exampleNamed(name: string): Promise<Example> {
  return (await findExample(name)) ?? (await findExample(exampleTitles[0]![0]))!
}
