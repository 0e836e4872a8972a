/** What the page says is refused. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

export function refuse(why: string): never {
  throw new Refused(why)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads the forms of "Conventions" one after another. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  /** @throws Refused when bytes are left */
  end(): void {
    if (this.left > 0) refuse(`${this.left} bytes are left`)
  }

  byte(): number {
    return this.#bytes[this.#take(1)]!
  }

  /** The bytes are a copy. */
  raw(length: number): Uint8Array {
    const start = this.#take(length)
    return this.#bytes.slice(start, start + length)
  }

  varuint(): number {
    let value = 0
    for (let group = 0; group < 8; group++) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** (7 * group)
      if (byte < 0x80) {
        if (byte === 0 && group > 0) refuse('a varuint that is not in its shortest form')
        if (value > Number.MAX_SAFE_INTEGER) refuse('a varuint above 2^53 - 1')
        return value
      }
    }
    refuse('a varuint of more than 8 bytes')
  }

  varint(): number {
    return unzigzag(this.varuint())
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  float32(): number {
    return this.#view.getFloat32(this.#take(4), true)
  }

  bytes(): Uint8Array {
    return this.raw(this.varuint())
  }

  string(): string {
    const header = this.varuint()
    const bytes = this.raw(Math.floor(header / 2))
    return header % 2 === 0 ? readUtf8(bytes) : readUtf16(bytes)
  }

  ascii(length: number): string {
    let text = ''
    for (const byte of this.raw(length)) {
      if (byte > 0x7f) refuse('a text of ASCII with a byte above 7f')
      text += String.fromCharCode(byte)
    }
    return text
  }

  #take(length: number): number {
    if (length > this.left) refuse(`${length} bytes wanted, ${this.left} left`)
    const start = this.#at
    this.#at += length
    return start
  }
}

export function unzigzag(zigzag: number): number {
  return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
}

function readUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    refuse('a string that is not UTF-8')
  }
}

function readUtf16(bytes: Uint8Array): string {
  if (bytes.length % 2 !== 0) refuse('a UTF-16 string with half a unit')
  let text = ''
  for (let at = 0; at < bytes.length; at += 2) text += String.fromCharCode(bytes[at]! + 256 * bytes[at + 1]!)
  if (!/\p{Surrogate}/u.test(text)) refuse('a UTF-16 string that UTF-8 can hold')
  return text
}
