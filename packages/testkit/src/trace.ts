/** The prime and the first value of FNV-1a with 32 bits, by Glenn Fowler, Landon Curt Noll and Kiem-Phong Vo. */
const fnvPrime = 0x01000193
const fnvBasis = 0x811c9dc5

/** One number for all that has happened: it differs, all but certainly, where two runs differ in a bit or in a moment. */
export class Trace {
  #hash = fnvBasis
  #packets = 0
  readonly #time = new Float64Array(1)
  readonly #timeBytes = new Uint8Array(this.#time.buffer)

  get fingerprint(): number {
    return this.#hash >>> 0
  }

  /** How many packets have gone into it. */
  get packets(): number {
    return this.#packets
  }

  note(atMs: number, client: number, fromServer: boolean, bytes: Uint8Array): void {
    this.#packets++
    this.#time[0] = atMs
    this.#mix(this.#timeBytes)
    this.#mix([client & 0xff, client >>> 8, Number(fromServer)])
    this.#mix(bytes)
  }

  #mix(bytes: Iterable<number> & { readonly length: number; readonly [index: number]: number }): void {
    let hash = this.#hash
    for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, fnvPrime)
    this.#hash = hash
  }
}
