import { RecordError } from '../errors.js'

/** A file that can be read in parts. */
export interface RangeSource {
  /** Its length in bytes. */
  size(): Promise<number>
  /** The bytes from `start` up to `end`. May give fewer at the end of the file. */
  read(start: number, end: number): Promise<Uint8Array>
}

/** A recording in memory. */
export function bytesSource(bytes: Uint8Array): RangeSource {
  return { size: async () => bytes.length, read: async (start, end) => bytes.subarray(start, end) }
}

/** The part of `fetch` that is needed. */
type Fetch = (
  url: string,
  init: { headers: Record<string, string> },
) => Promise<{
  readonly status: number
  readonly headers: { get(name: string): string | null }
  arrayBuffer(): Promise<ArrayBuffer>
}>

/**
 * A recording at an address, read by range requests (RFC 9110, 14): any web server or CDN that serves files will do. One that
 * knows no ranges sends the whole file, which is then kept.
 * @param fetch default: that of the runtime
 */
export function httpSource(url: string, fetch: Fetch = globalThis.fetch as Fetch): RangeSource {
  let whole: Uint8Array | undefined
  let known: number | undefined
  const load = async (start: number, end: number): Promise<Uint8Array> => {
    if (end <= start) return new Uint8Array()
    if (whole !== undefined) return whole.subarray(start, end)
    const response = await fetch(url, { headers: { range: `bytes=${start}-${end - 1}` } })
    const { status, headers } = response
    // the file ends before the range begins
    if (status === 416) {
      known ??= sizeOf(headers.get('content-range'))
      return new Uint8Array()
    }
    if (status !== 200 && status !== 206) throw new RecordError('recording_failed', `${url} answers with ${status}`)
    const bytes = new Uint8Array(await response.arrayBuffer())
    if (status === 206) {
      known ??= sizeOf(headers.get('content-range'))
      return bytes
    }
    whole = bytes
    known = bytes.length
    return bytes.subarray(start, end)
  }
  return {
    async size() {
      if (known === undefined) await load(0, 1)
      if (known === undefined) throw new RecordError('recording_failed', `${url} does not say how long it is`)
      return known
    },
    read: load,
  }
}

/** The length of a file in a header `Content-Range: bytes 0-99/1234`. */
function sizeOf(range: string | null): number | undefined {
  const size = Number(/\/(\d+)$/.exec(range ?? '')?.[1])
  return Number.isSafeInteger(size) ? size : undefined
}
