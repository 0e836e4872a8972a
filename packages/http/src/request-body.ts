import type { HttpErrorCode } from './errors.js'
import type { CheckedLimits } from './options.js'

type BodyLimits = Pick<CheckedLimits, 'maxBodyBytes' | 'allowChunked'>

/** Methods whose requests have a body, possibly an empty one. */
const withBody = new Set(['POST', 'PUT', 'PATCH'])

/** @returns the fault of a request, by its headers about the body; undefined if there is none */
export function checkLength(request: Request, limits: BodyLimits): HttpErrorCode | undefined {
  const { headers, method } = request
  const length = headers.get('content-length')
  if (length !== null) {
    if (!/^\d+$/.test(length)) return 'request_invalid'
    return Number(length) > limits.maxBodyBytes ? 'body_too_large' : undefined
  }
  const isChunked = headers.has('transfer-encoding')
  if (isChunked ? limits.allowChunked : !withBody.has(method)) return undefined
  return 'length_required'
}

/**
 * Reads a body to its end, or until it is too large; then the rest is not read.
 * @returns undefined if it is too large
 * @throws the error of the source, if it breaks off
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
