import { decodePayload, encodePayload } from '@tygase/protocol/payload'

/** The bytes are our own, and whether a receiver would take them is not asked here. */
const noLimits = { maxElements: Number.POSITIVE_INFINITY, maxStringBytes: Number.POSITIVE_INFINITY }

/** A payload as its receiver gets it. Throws `payload_invalid` for what cannot be sent. */
export function payloadCopy(data: unknown): unknown {
  return decodePayload(encodePayload(data), noLimits)
}

/** A text that stands for a payload at its sender and at its receiver, readable as far as that goes. Throws as `payloadCopy` does. */
export function payloadKey(data: unknown): string {
  return JSON.stringify(payloadCopy(data), show) ?? ''
}

function show(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return `number ${value}`
  if (value instanceof Uint8Array) return { bytes: [...value] }
  return value
}
