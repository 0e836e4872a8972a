/** A place in units of the game. */
export type Point = readonly [x: number, y: number]

/** The first line of a log. */
export interface FeelSettings {
  readonly kind: 'settings'
  /** Names for the report. */
  readonly system: string
  readonly scene: string
  readonly link: string
  /** In Hz. */
  readonly tickRate: number
  /** In units per second: a row that is drawn farther than this allows has snapped. */
  readonly topSpeed: number
  /** Frames per second. */
  readonly fps: number
  /** Frames before this time are not scored. */
  readonly fromMs: number
}

/** A version as the server has it, unrounded. */
export interface TruthLine {
  readonly kind: 'truth'
  readonly atMs: number
  readonly tick: number
  readonly rows: Readonly<Record<string, Point>>
}

/** The player has pressed: from now on its own row wants to go faster in this direction. */
export interface PressLine {
  readonly kind: 'press'
  readonly atMs: number
  readonly direction: Point
}

/** A frame of the player's screen. A place is a number of ticks with a fraction; without one the scorer fits it. */
export interface FrameLine {
  readonly kind: 'frame'
  readonly atMs: number
  readonly id: string
  readonly own?: Point
  /** Where on the axis of ticks the own row is drawn. */
  readonly ownPlace?: number
  readonly others: Readonly<Record<string, Point>>
  /** Where on the axis of ticks the other rows are drawn. */
  readonly othersPlace?: number
  /** Time that the client's process worked for this frame. */
  readonly cpuMs?: number
}

/** A shot at something that the player's screen showed in the line of fire. */
export interface ShotLine {
  readonly kind: 'shot'
  readonly atMs: number
  readonly key: string
}

/** The server's answer to a shot. */
export interface HitLine {
  readonly kind: 'hit'
  readonly atMs: number
  readonly key: string
  readonly isHit: boolean
}

/** An effect, as a sound: the player has asked for it; the server's rules have caused it; the client has handled it or taken it back. */
export interface EffectLine {
  readonly kind: 'effect'
  readonly atMs: number
  readonly key: string
  readonly how: 'asked' | 'caused' | 'handled' | 'retracted'
}

/** The network has stood still until now. */
export interface StallLine {
  readonly kind: 'stall'
  readonly atMs: number
}

/** Counts of a whole run, from the client and the server. */
export interface CountsLine {
  readonly kind: 'counts'
  readonly atMs: number
  /** Events with a stamp, and those that the server ran later than stamped. */
  readonly stampedEvents?: number
  readonly lateEvents?: number
  readonly rebases?: number
  readonly corrections?: number
  /** Bytes a second from the client and to it. */
  readonly upBytesPerSecond?: number
  readonly downBytesPerSecond?: number
}

/** A line of a log. Any system can write one: lines of JSON, times in ms of one clock. */
export type FeelLine =
  | FeelSettings
  | TruthLine
  | PressLine
  | FrameLine
  | ShotLine
  | HitLine
  | EffectLine
  | StallLine
  | CountsLine
