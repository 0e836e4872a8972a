import type { World } from '@tygase/protocol'
import { decodePayload } from '@tygase/protocol/payload'

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
