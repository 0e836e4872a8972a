/** The fragment of an address cannot be opened. The message is a sentence for the person who has opened it. */
export class LinkError extends Error {}

/** Writes what `Reader` reads: whole numbers in groups of seven bits, the lowest first, and texts with their length. */
export class Writer {
  readonly #bytes: number[] = []

  /** @param value a whole number from 0 to 2^53 - 1 */
  number(value: number): void {
    let left = value
    for (; left >= 128; left = Math.floor(left / 128)) this.#bytes.push((left % 128) + 128)
    this.#bytes.push(left)
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value)
    this.number(bytes.length)
    for (const byte of bytes) this.#bytes.push(byte)
  }

  finish(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes)
  }
}

/** Reads bytes of a stranger: each method throws `LinkError` when there is nothing to read, or too much. */
export class Reader {
  readonly #bytes: Uint8Array
  #place = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#place === this.#bytes.length
  }

  /** @param most the largest value that makes sense here */
  number(most: number): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#place++]
      if (byte === undefined || factor > 2 ** 42) throw broken()
      value += (byte % 128) * factor
      if (byte < 128) break
    }
    if (value > most) throw broken()
    return value
  }

  /** @param mostBytes of the text in UTF-8 */
  text(mostBytes: number): string {
    const length = this.number(mostBytes)
    const bytes = this.#bytes.subarray(this.#place, this.#place + length)
    this.#place += length
    if (bytes.length < length) throw broken()
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch {
      throw broken()
    }
  }
}

export function broken(): LinkError {
  return new LinkError('This link is damaged or was cut off. Ask for it again, or start a game of your own.')
}

/** Deflated, as text for an address. */
export async function pack(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const packed = await collect(
    new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw')),
    Number.POSITIVE_INFINITY,
  )
  let binary = ''
  for (const byte of packed) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * The mirror of `pack`.
 * @param mostBytes of what comes out: unpacking stops there
 * @throws LinkError
 */
export async function unpack(text: string, mostBytes: number): Promise<Uint8Array> {
  if (!/^[\w-]*$/.test(text)) throw broken()
  let binary: string
  try {
    binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    throw broken()
  }
  const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0))
  return collect(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')), mostBytes)
}

async function collect(stream: ReadableStream<Uint8Array>, mostBytes: number): Promise<Uint8Array> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      length += chunk.value.length
      if (length > mostBytes) throw new LinkError('This link unpacks to more than a game and its inputs can be.')
      chunks.push(chunk.value)
    }
  } catch (error) {
    // more may come: nobody reads it
    reader.cancel().catch(() => {})
    throw error instanceof LinkError ? error : broken()
  }
  const whole = new Uint8Array(length)
  let place = 0
  for (const chunk of chunks) {
    whole.set(chunk, place)
    place += chunk.length
  }
  return whole
}
