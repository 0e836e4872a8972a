export function encodeStateMessage(_version: number, _base: number | undefined, _payload: Uint8Array): Uint8Array {
  throw new Error('not yet')
}
