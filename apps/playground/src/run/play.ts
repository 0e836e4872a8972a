import type { AnyGame, EventsOf, Immutable, ServerEventsOf, StateOf } from '@tygase/gamestate'

/** A context of a canvas, set up so that one unit of `size` is one unit of the picture. */
export type Pen = OffscreenCanvasRenderingContext2D

/** What a client of the game shows of itself. */
export type PresenceOf<G extends AnyGame> =
  NonNullable<G['presence']> extends {
    readonly '~standard': { readonly types?: { readonly output: infer Value } | undefined }
  }
    ? Value
    : never

/** A server event that this client has handled within the last two seconds. */
export type Effect<G extends AnyGame> = {
  [Name in keyof ServerEventsOf<G>]: {
    readonly name: Name
    readonly data: ServerEventsOf<G>[Name]
    /** Seconds since it came. */
    readonly age: number
  }
}[keyof ServerEventsOf<G>]

/** A client as its picture shows it. */
export interface View<G extends AnyGame> {
  /** The id of this client. */
  readonly me: string
  /** The number of this client, from 0. */
  readonly index: number
  readonly isHost: boolean
  /** What to draw: `connection.scene()`. */
  readonly scene: Immutable<StateOf<G>>
  /** The newest version of the server that this client has: `connection.state`. */
  readonly state: Immutable<StateOf<G>>
  /** Game time in seconds: `connection.time`. */
  readonly time: number
  /** Seconds since the run began, for what only the picture moves. */
  readonly seconds: number
  readonly effects: readonly Effect<G>[]
  /** What clients show of themselves, by client id: `connection.presence.all`. */
  readonly presence: ReadonlyMap<string, PresenceOf<G>>
}

type SendArguments<Data> = undefined extends Data
  ? [data?: Data, options?: { replace?: boolean }]
  : [data: Data, options?: { replace?: boolean }]

/** A client that acts: for a person, or by itself. */
export interface Player<G extends AnyGame> extends View<G> {
  /** Dispatches an event, with as many retries as it takes. Its data goes through JSON. */
  send<Name extends keyof EventsOf<G> & string>(name: Name, ...args: SendArguments<EventsOf<G>[Name]['data']>): void
  /** `send`, unless the last event of this name from this client had the same data. */
  hold<Name extends keyof EventsOf<G> & string>(name: Name, data: EventsOf<G>[Name]['data']): void
  /** Sets what this client shows of itself, if that is something new: `connection.presence.set`. */
  show(presence: PresenceOf<G>): void
  /** A number from 0 to below 1, from the seed of the run. */
  random(): number
}

export interface Place {
  readonly x: number
  readonly y: number
}

/** The hands of a person at one client. */
export interface Hands {
  /** Keys that are down, by `KeyboardEvent.code`. */
  readonly keys: ReadonlySet<string>
  /** Keys that went down since the last call. */
  readonly presses: readonly string[]
  /** Where the pointer is, in units of the picture; undefined outside of it. */
  readonly pointer: (Place & { readonly isDown: boolean }) | undefined
  /** Where the pointer went down since the last call. */
  readonly clicks: readonly Place[]
}

/** How a game is shown and played in the playground. */
export interface Play<G extends AnyGame> {
  /** Width and height of the picture, in units. */
  size: readonly [width: number, height: number]
  /** False: clients do not predict. Default true. */
  predict?: boolean
  /** The option `data` of `connect`. */
  join?: (index: number) => unknown
  /** Options of the room, as a server has them. */
  room?: { maxRewindMs?: number; maxAheadMs?: number; maxClients?: number }
  /** Draws a frame for one client. */
  draw: (pen: Pen, view: View<G>) => void
  /** Called in each frame in which the hands do something, and once when they have let go. */
  control?: (hands: Hands, player: Player<G>) => void
  /** Plays for a client that no person plays. Called ten times a second. */
  bot?: (player: Player<G>) => void
}

/** Says how a game is shown and played. The game itself gives the types. */
export function definePlay<G extends AnyGame>(game: G, play: Play<G>): Play<G> & { readonly game: G } {
  return { ...play, game }
}
