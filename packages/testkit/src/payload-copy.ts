import { Buffer } from 'node:buffer'
import { decodePayload, encodePayload } from '@tygase/protocol/payload'

/** The bytes are our own, and whether a receiver would take them is not asked here. */
const noLimits = { maxPayloadElements: Number.POSITIVE_INFINITY, maxPayloadStringBytes: Number.POSITIVE_INFINITY }

/** A payload as its receiver gets it. Throws `payload_invalid` for what cannot be sent. */
export function payloadCopy(data: unknown): unknown {
  return decodePayload(encodePayload(data), noLimits)
}

/** A text that is the same for a payload at its sender and at its receiver, and for no other. Throws as `payloadCopy` does. */
export function payloadKey(data: unknown): string {
  const bytes = encodePayload(data)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

/** The payload of a key, for people to read. */
export function describePayload(key: string): string {
  return JSON.stringify(decodePayload(Buffer.from(key, 'latin1'), noLimits), show) ?? ''
}

function show(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return `number ${value}`
  if (value instanceof Uint8Array) return { bytes: [...value] }
  return value
}
