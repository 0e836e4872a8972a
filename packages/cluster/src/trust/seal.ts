import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto'

/** What is sealed: each kind has a key of its own, so none passes for another. */
export type SealKind = 'message' | 'request' | 'answer' | 'record'

/** First byte of all that is sealed. */
const format = 1
const macBytes = 32
/** Bytes that a seal adds, besides the head. */
export const sealBytes = 1 + macBytes

/** What a seal has kept together. */
export interface Opened {
  readonly head: Uint8Array
  readonly body: Uint8Array
}

const empty: Uint8Array = new Uint8Array()

/**
 * Marks bytes with HMAC-SHA-256 by keys that only holders of the secret have. Bytes are not hidden.
 *
 * Format: `1`, head, body, and the MAC of the label, the context and all bytes before it. Label and context are not sent: a reader has
 * to know them. So what was sealed for one subject does not open for another.
 */
export class Seal {
  readonly #keys: Readonly<Record<SealKind, KeyObject>>

  /** @param name of the game: another one has other keys by the same secret */
  constructor(secret: Uint8Array, name: string) {
    const keyFor = (kind: SealKind): KeyObject =>
      createSecretKey(new Uint8Array(hkdfSync('sha256', secret, name, `tygase cluster ${kind}`, macBytes)))
    this.#keys = {
      message: keyFor('message'),
      request: keyFor('request'),
      answer: keyFor('answer'),
      record: keyFor('record'),
    }
  }

  /**
   * @param label subject or key
   * @param head of a length that the reader knows
   * @param context what else has to be the same at the reader
   */
  close(kind: SealKind, label: string, head: Uint8Array, body: Uint8Array, context = empty): Uint8Array {
    const sealed = new Uint8Array(sealBytes + head.length + body.length)
    sealed[0] = format
    sealed.set(head, 1)
    sealed.set(body, 1 + head.length)
    const end = sealed.length - macBytes
    sealed.set(this.#mac(kind, label, context, sealed.subarray(0, end)), end)
    return sealed
  }

  /** @returns undefined for bytes that were not sealed by this secret, for this kind, label and context */
  open(kind: SealKind, label: string, headBytes: number, sealed: Uint8Array, context = empty): Opened | undefined {
    const end = sealed.length - macBytes
    if (end < 1 + headBytes || sealed[0] !== format) return undefined
    const mac = this.#mac(kind, label, context, sealed.subarray(0, end))
    if (!timingSafeEqual(mac, sealed.subarray(end))) return undefined
    return { head: sealed.subarray(1, 1 + headBytes), body: sealed.subarray(1 + headBytes, end) }
  }

  #mac(kind: SealKind, label: string, context: Uint8Array, sealed: Uint8Array): Uint8Array {
    // a label has no line end, and a context of a kind has one length: no two readings have the same bytes
    return createHmac('sha256', this.#keys[kind]).update(`${label}\n`).update(context).update(sealed).digest()
  }
}
