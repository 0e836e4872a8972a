import { maxPresentedBytes, type Presented } from '@tygase/protocol'
import { encodePayload } from '@tygase/protocol/payload'
import { ClientError } from './errors.js'

/** The bytes of what a client presents with its hello; none when there is nothing. @throws ClientError `invalid_argument` */
export function presentedBytes(credentials: unknown, ticket: string | undefined): Uint8Array {
  if (credentials === undefined && ticket === undefined) return new Uint8Array(0)
  const presented: Presented = {
    ...(credentials !== undefined && { credentials }),
    ...(ticket !== undefined && { ticket }),
  }
  let bytes: Uint8Array
  try {
    bytes = encodePayload(presented)
  } catch (cause) {
    throw new ClientError('invalid_argument', 'credentials are plain values', { cause })
  }
  if (bytes.length <= maxPresentedBytes) return bytes
  throw new ClientError('invalid_argument', `credentials take ${bytes.length} of ${maxPresentedBytes} bytes`)
}
