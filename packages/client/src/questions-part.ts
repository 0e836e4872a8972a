// What a page loads when it has connected, to answer questions of its server. It imports nothing that the page has: a bundler would make
// another file of that.

import { digestOf, type PartKey, partAt, partsOf } from '@tygase/gamestate/internal/digest'
import type { SessionStatus, Transport } from '@tygase/protocol'
import type { TransportSource } from './transport-source.js'

/** The link of a connection, which opens its transports by its source. */
export interface SpareKeeper {
  source: TransportSource
}

/** A connection says when it has no use for a transport any more. */
export interface StatusTeller {
  onStatus(listener: (status: SessionStatus) => unknown): () => void
}

/** Of a WebSocket that is not needed any more. */
const normalClosure = 1000

/** Spare transports that links have, or are about to have: a link has one, however often its server asks. */
const spares = new WeakMap<SpareKeeper, Promise<boolean>>()

/** Answers the events `$digest`, which has data, and `$moving`, which has none. */
export function answer(question: unknown, connection: DigestedReplica & StatusTeller, link: SpareKeeper): unknown {
  if (question !== undefined) return answerDigest(question, connection)
  const known = spares.get(link)
  if (known !== undefined) return known
  const spare = openSpare(link, connection)
  spares.set(link, spare)
  // then the server may ask again
  void spare.then((isOpen) => !isOpen && spares.get(link) === spare && spares.delete(link))
  return spare
}

/**
 * Answers the event `$moving`: another process is about to go on with the session at the same address. Opens a spare transport there,
 * which the link gets at once when the one that it has is lost. One that is not open by then is not waited for.
 * @returns false if there is none
 */
async function openSpare(link: SpareKeeper, connection: StatusTeller): Promise<boolean> {
  const usual = link.source
  const attempt = new AbortController()
  let spare: Transport | undefined
  const source: TransportSource = {
    ...usual,
    usual,
    open() {
      const transport = spare!
      spare = undefined
      end()
      return transport
    },
  }
  const end = (): void => {
    stop()
    spares.delete(link)
    if (link.source === source) link.source = usual
    attempt.abort()
    spare?.close(normalClosure, '')
  }
  const stop = connection.onStatus((status) => {
    // about to be taken
    if (status !== 'suspended' || spare === undefined) end()
  })
  try {
    const transport = await usual.open(attempt.signal)
    if (attempt.signal.aborted) {
      transport.close(normalClosure, '')
      return false
    }
    spare = transport
    // who takes it sets its own
    transport.onClose = () => {
      spare = undefined
      end()
    }
    link.source = source
    return true
  } catch {
    end()
    return false
  }
}

/** A replica with the versions that it keeps. */
export interface DigestedReplica {
  readonly store: { at(version: number): unknown } | undefined
}

/** Digests of parts in one answer. */
const mostParts = 128
/** A value with parts goes back whole if it has so few of them, each of them short and without parts. */
const mostShortParts = 32
const mostShortLength = 256
/** A longer text, or more bytes, is not sent. */
const mostLength = 16_384

/** The version that was asked for last, which the replica may not keep any more. */
const asked = new WeakMap<DigestedReplica, { readonly version: number; readonly state: unknown }>()

/**
 * Answers the event `$digest`.
 * @param question a version, or `[version, path, from]` for the parts of one
 * @returns see "Events of the library" in PROTOCOL.md; undefined for no answer
 */
export function answerDigest(question: unknown, replica: DigestedReplica): unknown {
  if (typeof question === 'number') {
    const state = replica.store?.at(question)
    if (state === undefined) return undefined
    asked.set(replica, { version: question, state })
    return digestOf(state)
  }
  const [version, path, from] = question as [number, PartKey[], number]
  const last = asked.get(replica)
  return last?.version === version ? answerPart(path.reduce(partAt, last.state), from) : undefined
}

function answerPart(value: unknown, from: number): object {
  const parts = partsOf(value)
  if (parts === undefined) return value !== undefined && lengthOf(value) <= mostLength ? { value } : {}
  const isShort = parts.every(([, part]) => partsOf(part) === undefined && lengthOf(part) <= mostShortLength)
  const isMap = !Array.isArray(value) && Symbol.iterator in (value as object)
  if (isShort && parts.length <= mostShortParts && !isMap) return { value }
  const digests = parts.slice(from, from + mostParts).map(([key, part]) => [key, digestOf(part)])
  return { count: parts.length, parts: digests }
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || ArrayBuffer.isView(value) ? (value as string).length : 0
}
