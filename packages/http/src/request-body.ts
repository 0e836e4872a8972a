import { type HttpErrorCode, problem } from './errors.js'
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

/** Length of the body by the head of its request; 0 if that does not say. */
export function sizeOf(request: Request): number {
  return Number(request.headers.get('content-length') ?? 0)
}

/** Memory of the bodies of all requests that are not over, as bytes and as the objects that they become. */
export class BodyMemory {
  readonly #max: number
  #taken = 0

  constructor(max: number) {
    this.#max = max
  }

  get taken(): number {
    return this.#taken
  }

  /** A place for the body of one request. */
  open(): BodyPlace {
    let own = 0
    return {
      take: (bytes) => {
        if (this.#taken + bytes > this.#max) return false
        this.#taken += bytes
        own += bytes
        return true
      },
      close: () => {
        this.#taken -= own
        own = 0
      },
    }
  }
}

export interface BodyPlace {
  /** @returns false if there is no more room; then nothing is taken */
  take(bytes: number): boolean
  /** Gives back all that was taken. */
  close(): void
}

const firstBytes = 4096

/**
 * Reads a body to its end, or until it is too large; then the rest is not read. The bytes are copied, because a chunk of a byte keeps
 * an object and the buffer around it.
 * @param expected its length by the head of the request; 0 if that does not say
 * @returns why it is not read
 * @throws the error of the source, if it breaks off
 */
export async function readBody(
  source: AsyncIterable<Uint8Array>,
  expected: number,
  { maxBodyBytes }: Pick<CheckedLimits, 'maxBodyBytes'>,
  place: BodyPlace,
): Promise<Uint8Array<ArrayBuffer> | 'body_too_large' | 'server_busy'> {
  let body = new Uint8Array(0)
  let length = 0
  // `for await` would close the source at a break, and the connection with it, before the answer has gone out
  const iterator = source[Symbol.asyncIterator]()
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    const end = length + next.value.length
    if (end > maxBodyBytes) return 'body_too_large'
    if (end > body.length) {
      // memory is taken as the body comes, so that a promised length costs nothing
      const size = Math.min(Math.max(end, firstBytes, 2 * body.length), Math.max(end, expected, firstBytes))
      if (!place.take(size - body.length)) return 'server_busy'
      const larger = new Uint8Array(size)
      larger.set(body.subarray(0, length))
      body = larger
    }
    body.set(next.value, length)
    length = end
  }
  return body.length === length ? body : body.slice(0, length)
}

/** Memory of a value beside its bytes: an object, a property, a field of a form. */
const elementBytes = 64
/** As deep as a state may be. */
const maxDepth = 100

/**
 * @param place takes the memory of the values; undefined if they are counted already
 * @returns the refusal of a body that would become too many objects, or objects nested too deep; undefined for another one
 */
export function checkElements(
  body: Uint8Array,
  contentType: string | null,
  { maxBodyElements }: Pick<CheckedLimits, 'maxBodyElements'>,
  place?: BodyPlace,
): Response | undefined {
  const { elements, depth } = elementsOf(body, contentType ?? '', maxBodyElements)
  if (depth > maxDepth) return problem('body_too_large', {}, `the body is nested deeper than ${maxDepth} levels`)
  if (elements > maxBodyElements) {
    return problem('body_too_large', {}, `the body has more than ${maxBodyElements} values`)
  }
  if (place?.take(elements * elementBytes) === false) return problem('server_busy', { 'retry-after': '1' })
  return undefined
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a]
const [openArray, closeArray, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d]
const [ampersand, dash, lineEnd] = [0x26, 0x2d, 0x0a]

/**
 * Number of values that a body becomes when it is parsed, and how deep they are nested. At most a few too many.
 * @param most counting of JSON ends beyond so many, or at a depth that no body may have
 */
export function elementsOf(
  body: Uint8Array,
  contentType: string,
  most = Number.POSITIVE_INFINITY,
): { elements: number; depth: number } {
  if (/^\s*application\/x-www-form-urlencoded/i.test(contentType))
    return { elements: countOf(body, ampersand), depth: 1 }
  if (/^\s*multipart\//i.test(contentType)) return { elements: partsOf(body), depth: 1 }
  return binary.test(contentType) ? { elements: 1, depth: 1 } : elementsOfJson(body, most)
}

/** Bodies that are not counted when they come, but if a route takes them for JSON nevertheless. */
const binary = /^\s*(?:image|audio|video|application\/octet-stream)/i

function elementsOfJson(body: Uint8Array, most: number): { elements: number; depth: number } {
  let [elements, depth, deepest] = [1, 0, 0]
  let inText = false
  for (let i = 0; i < body.length && elements <= most && deepest <= maxDepth; i++) {
    const byte = body[i]
    if (inText) {
      if (byte === backslash) i++
      else if (byte === quote) inText = false
    } else if (byte === quote) inText = true
    else if (byte === comma || byte === colon) elements++
    else if (byte === openArray || byte === openObject) {
      elements++
      depth++
      if (depth > deepest) deepest = depth
    } else if (byte === closeArray || byte === closeObject) depth--
  }
  return { elements, depth: deepest }
}

function countOf(body: Uint8Array, byte: number): number {
  let count = 1
  for (const one of body) if (one === byte) count++
  return count
}

/** Lines that begin with two dashes, as all boundaries do. */
function partsOf(body: Uint8Array): number {
  let count = 1
  for (let i = 0; i + 2 < body.length; i++) {
    if (body[i] === lineEnd && body[i + 1] === dash && body[i + 2] === dash) count++
  }
  return count
}
