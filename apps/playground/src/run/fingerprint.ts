/** The prime and the first value of FNV-1a with 32 bits, by Glenn Fowler, Landon Curt Noll and Kiem-Phong Vo. */
const fnvPrime = 0x01000193
const fnvBasis = 0x811c9dc5
/** An odd number of the finaliser of MurmurHash3, by Austin Appleby. */
const murmurPrime = 0x85ebca6b

interface Bytes {
  readonly length: number
  readonly [index: number]: number
}

/**
 * 64 bits for everything that has happened: two hashes that share nothing but the input. It finds differences, and is no
 * protection against somebody who looks for two runs with one fingerprint.
 */
export class Fingerprint {
  #first = fnvBasis
  #second = murmurPrime
  readonly #number = new DataView(new ArrayBuffer(8))
  readonly #numberBytes = new Uint8Array(this.#number.buffer)

  /** One that goes on from here; this one stays as it is. */
  fork(): Fingerprint {
    const fork = new Fingerprint()
    fork.#first = this.#first
    fork.#second = this.#second
    return fork
  }

  mix(bytes: Bytes): void {
    let first = this.#first
    let second = this.#second
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!
      first = Math.imul(first ^ byte, fnvPrime)
      second = Math.imul(((second << 13) | (second >>> 19)) ^ byte, murmurPrime)
    }
    this.#first = first
    this.#second = second
  }

  mixNumber(value: number): void {
    // in one order of bytes on every machine
    this.#number.setFloat64(0, value, true)
    this.mix(this.#numberBytes)
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    return [this.#first, this.#second].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
  }
}
