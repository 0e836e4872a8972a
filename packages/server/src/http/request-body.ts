import type { HttpErrorCode } from './errors.js'
import type { CheckedLimits } from './http-limits.js'

type BodyLimits = Pick<CheckedLimits, 'maxBodyBytes' | 'allowChunked'>

/** Methods that bring something along, so that their requests say how much, be it nothing. */
const bringing = new Set(['POST', 'PUT', 'PATCH'])

/** What is wrong with a request by what its head says of its body; undefined when nothing is. */
export function checkLength(request: Request, limits: BodyLimits): HttpErrorCode | undefined {
  const { headers, method } = request
  const length = headers.get('content-length')
  if (length !== null) {
    if (!/^\d+$/.test(length)) return 'request_invalid'
    return Number(length) > limits.maxBodyBytes ? 'body_too_large' : undefined
  }
  const isChunked = headers.has('transfer-encoding')
  if (isChunked ? limits.allowChunked : !bringing.has(method)) return undefined
  return 'length_required'
}

/**
 * Reads a body to its end, or until it is too large: then the rest stays where it is.
 * @returns undefined when it is too large
 * @throws what the source does, when it breaks off
 */
export async function readBody(
  source: AsyncIterable<Uint8Array>,
  maxBodyBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  // `for await` would close the source at a break, and the connection with it, before the answer has gone out
  const iterator = source[Symbol.asyncIterator]()
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    length += next.value.length
    if (length > maxBodyBytes) return undefined
    chunks.push(next.value)
  }
  const body = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.length
  }
  return body
}
