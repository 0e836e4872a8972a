import { maxPresentedBytes, type Presented } from '@tygase/protocol'
import { decodePayload } from '@tygase/protocol/payload'

/** @returns what a client presents with its hello; undefined for bytes that say nothing of the kind */
export function readPresented(bytes: Uint8Array): Presented | undefined {
  if (bytes.length === 0) return {}
  if (bytes.length > maxPresentedBytes) return undefined
  let value: unknown
  try {
    value = decodePayload(bytes)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { credentials, ticket } = value as Record<string, unknown>
  if (ticket !== undefined && typeof ticket !== 'string') return undefined
  return { ...(credentials !== undefined && { credentials }), ...(ticket !== undefined && { ticket }) }
}
