import type { EventInfo } from './look-game.js'

/** The file of the playground, beside the page of the inspector. */
export const playgroundPage = 'playground.html'

/** The answer to `GET playground`, relative to the page: the games that can be played. For this machine alone. */
export interface PlaygroundAnswer {
  /** The path to connect to: that of the one game, or the one before the paths of rooms, without a slash at its end. */
  readonly path: string
  /** True for a server with one game. */
  readonly isSingle: boolean
  readonly kinds: readonly PlaygroundKind[]
}

/** A game, as far as a form needs to know it. */
export interface PlaygroundKind {
  readonly name: string
  /** Ticks a second. */
  readonly tickRate: number
  /** True if clients are asked who they are. */
  readonly hasAuth: boolean
  /** What a client gives when it joins. */
  readonly joinData: Pick<EventInfo, 'hasSchema' | 'schema'>
  /** Events of all directions. */
  readonly events: readonly EventInfo[]
}
