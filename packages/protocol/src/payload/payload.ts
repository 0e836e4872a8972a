export interface PayloadLimits {
  maxDepth?: number
  maxElements?: number
  maxStringBytes?: number
}
export function encodePayload(_value: unknown): Uint8Array {
  throw new Error('not yet')
}
export function decodePayload(_bytes: Uint8Array, _limits?: PayloadLimits): unknown {
  throw new Error('not yet')
}
