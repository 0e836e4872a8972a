/** The time of a frame, in ms of virtual time. A whole number, so that every machine adds up the same times. */
export const frameMs = 16
/** Ten minutes. */
export const maxFrames = (10 * 60 * 1000) / frameMs
export const maxClients = 4

/** The network of one client, the same in both directions, as a WebSocket has it: a lost packet comes later. */
export interface LinkSettings {
  /** The least time that a packet takes one way, in ms. */
  readonly latencyMs: number
  /** Up to this much more, evenly spread. */
  readonly jitterMs: number
  /** Packets that are lost at first, in percent. */
  readonly lossPercent: number
}

/** The most of each, for sliders and links. */
export const mostOfLink: LinkSettings = { latencyMs: 400, jitterMs: 200, lossPercent: 30 }

export const presets: Readonly<Record<string, LinkSettings>> = {
  LAN: { latencyMs: 1, jitterMs: 1, lossPercent: 0 },
  'Wi-Fi': { latencyMs: 10, jitterMs: 20, lossPercent: 1 },
  Mobile: { latencyMs: 40, jitterMs: 60, lossPercent: 2 },
  Awful: { latencyMs: 150, jitterMs: 100, lossPercent: 5 },
}

/** Something that comes from outside into a run, at the beginning of a frame. */
export type Input = { readonly frame: number; readonly client: number } & Change

export type Change =
  | { readonly kind: 'send'; readonly name: string; readonly data: unknown; readonly replace: boolean }
  | { readonly kind: 'link'; readonly link: LinkSettings }
  | { readonly kind: 'show'; readonly presence: unknown }
  | { readonly kind: Switch }

/** `bot` and `hand`: who plays the client. `ahead` and `behind`: with prediction, and without. */
export const switches = ['cut', 'heal', 'bot', 'hand', 'ahead', 'behind'] as const
export type Switch = (typeof switches)[number]

/** All that a run follows from, beside the code of the game. */
export interface RunRecord {
  /** A whole number from 0 to 2^32 - 1. */
  readonly seed: number
  /** The network of each client at the beginning: one to four. */
  readonly links: readonly LinkSettings[]
  /** How long it lasts. */
  readonly frames: number
  /** In the order of frames. */
  readonly inputs: readonly Input[]
}

/** A new run of four clients, which play by themselves. */
export function freshRecord(seed: number, clients: number, link: LinkSettings = presets['Wi-Fi']!): RunRecord {
  return { seed, links: Array.from({ length: clients }, () => link), frames: 0, inputs: [] }
}
