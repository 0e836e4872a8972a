import { decodePayload } from '@tygase/protocol/payload'

/** What the server tells about the game besides its state: in the welcome, and by a `$world` event when it changes. */
export interface World {
  /** The host client, null for none. */
  readonly host: string | null
  readonly running: boolean
  /** In Hz. */
  readonly tickRate: number
  readonly sendEveryTicks: number
}

export const worldEvent = '$world'
export const shutdownEvent = '$shutdown'

/** Names that begin so belong to the library. */
export function isReserved(name: string): boolean {
  return name.startsWith('$')
}

/** @returns undefined for what no server of ours would send. Throws for bytes that are no payload. */
export function readWorld(payload: Uint8Array | undefined): World | undefined {
  const value = payload && decodePayload(payload)
  if (typeof value !== 'object' || value === null) return undefined
  const { host, running, tickRate, sendEveryTicks } = value as Record<string, unknown>
  const isWorld = (typeof host === 'string' || host === null) && typeof running === 'boolean'
  if (!isWorld || !isCount(tickRate) || !isCount(sendEveryTicks)) return undefined
  return { host, running, tickRate, sendEveryTicks }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 1
}
