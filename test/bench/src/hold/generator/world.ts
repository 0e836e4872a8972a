/** What an attacker knows of its session at the moment: the material of messages that say something about it. */
export interface World {
  /** The sequence of its next event. */
  nextSequence: number
  /** The highest sequence of the server's events that has come. */
  serverSequence: number
  /** The newest version of the state that has come. */
  version: number
  /** Names of events that travel as a number. */
  names: readonly string[]
  /** True over a transport that may lose packets: each event says its sequence. */
  readonly isLossy?: boolean
  /** Texts that mean something to the server: names of events and channels, ids. */
  readonly texts: readonly string[]
  /** Names of channels that exist, or that nobody has made. */
  readonly channels: readonly string[]
}

/** Numbers that may mean something in this world, and some that do not. The order is always the same. */
export function numbersOf({ nextSequence, serverSequence, version, names }: World): readonly number[] {
  return [
    ...[0, 1, 2, 3, 7],
    ...[nextSequence, Math.max(1, nextSequence - 1), Math.max(1, nextSequence >> 1), nextSequence + 1],
    ...[serverSequence, Math.max(0, serverSequence - 1), serverSequence >> 1],
    ...[version, Math.max(0, version - 1), version + 1],
    ...[names.length, 64, 255, 4095, 2 ** 16, 2 ** 31, 2 ** 50 - 1, Number.MAX_SAFE_INTEGER],
  ]
}
