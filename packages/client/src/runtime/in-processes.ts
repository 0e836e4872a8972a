import { type Clock, encodeDelta, type Immutable } from '@tygase/gamestate'
import { applyCounted, equalBytes, JoinedClock, systemClock } from '@tygase/gamestate/internal'
import type { Rejoining, TellSeat } from '../rejoin.js'

// What a process of Node, Bun or Deno does, which may have hundreds of connections.

export { followMove } from '../moves-part.js'
export { answer as answerServer } from '../questions-part.js'

/** One timer of the runtime for all connections: most of their timers are set anew with each packet, and fire never. */
export const ownClock = /* @__PURE__ */ new JoinedClock(systemClock)

/** A process has no page that could be loaded again. */
export function seatAt(
  _url: string | undefined,
  _clock: Clock,
  _hello: Rejoining,
): Promise<TellSeat | undefined> | undefined {
  return undefined
}

/** The parts of a connection that are printed. */
interface Printed {
  readonly clientId: string
  readonly status: string
  readonly version: number
  readonly room: { readonly kind: string; readonly id: string }
}

/** What `console.log` of Node prints of a connection: the whole of it is pages long. */
export function printInShort(connection: Printed): void {
  const value = (): object => {
    const { clientId, status, version, room } = connection
    return { clientId, status, room: `${room.kind}/${room.id}`, version }
  }
  Object.defineProperty(connection, Symbol.for('nodejs.util.inspect.custom'), { value })
}

/** A replica with the versions that it keeps. */
interface VersionKeeper {
  readonly store: { at(version: number): unknown } | undefined
}

/** What bytes were decoded to. What is remembered keeps no version in memory. */
interface Known {
  readonly bytes: Uint8Array
  readonly state: WeakRef<object>
  readonly elements: number
}

/** From one version there are as many deltas as there are views of the next, and snapshots come in groups. */
const mostKnown = 8
/** Larger snapshots are not remembered: their bytes would take memory for long. */
const mostSnapshotBytes = 1024 * 1024
/** A snapshot is compared with so many different versions of its number: those of some rooms. */
const mostCompared = 8

/** What deltas were decoded to, by their base. */
const changes = new WeakMap<object, Known[]>()
const snapshots: Known[] = []
/** All that have got a snapshot. */
let replicas: WeakRef<VersionKeeper>[] = []

/**
 * Decodes a state message. Many replicas in one process, as those of bots and of tests, get the same bytes for the same
 * version: they are decoded once, and the replicas share the frozen result. A snapshot that is equal to a version of another
 * replica becomes that version, so that the two share from then on. A process with one replica remembers nothing.
 *
 * What comes back depends on the base and the bytes alone. A base is the very object that was decoded before.
 * @param base undefined for a snapshot
 * @param maxElements most elements that it may make
 * @param replica that the version is for
 * @param version its number, by which equal versions of other replicas are found
 * @returns the version, and the elements that it does not share with `base`
 * @throws GameStateError as `applyCounted`, whose arguments are the first three
 */
export function decodeVersion<State>(
  base: Immutable<State> | undefined,
  delta: Uint8Array,
  maxElements: number,
  replica: VersionKeeper,
  version: number,
): ReturnType<typeof applyCounted<State>> {
  if (base === undefined) note(replica)
  if (replicas.length < 2 || delta.length === 0) return applyCounted<State>(base, delta, maxElements)
  const known = base === undefined ? snapshots : changesOf(base as object)
  const found = known.find(({ bytes }) => equalBytes(bytes, delta))
  const before = found?.state.deref() as Immutable<State> | undefined
  const isKnown = found !== undefined && before !== undefined && found.elements <= maxElements
  const { state: decoded, elements } = isKnown
    ? { state: before, elements: found.elements }
    : applyCounted<State>(base, delta, maxElements)
  const state = base === undefined ? (equalTo(version, decoded) ?? decoded) : decoded
  if (state !== before && (base !== undefined || delta.length <= mostSnapshotBytes)) {
    if (found !== undefined) known.splice(known.indexOf(found), 1)
    known.push({ bytes: new Uint8Array(delta), state: new WeakRef(state as object), elements })
    if (known.length > mostKnown) known.shift()
  }
  return { state, elements }
}

function note(replica: VersionKeeper): void {
  const left = replicas.filter((each) => each.deref() !== undefined)
  replicas = left.some((each) => each.deref() === replica) ? left : [...left, new WeakRef(replica)]
}

function changesOf(base: object): Known[] {
  let known = changes.get(base)
  if (known === undefined) {
    known = []
    changes.set(base, known)
  }
  return known
}

/** @returns a version of this number that is the same as `state` for the wire, whatever follows; undefined if there is none */
function equalTo<State>(version: number, state: Immutable<State>): Immutable<State> | undefined {
  const compared = new Set<unknown>()
  for (const replica of replicas) {
    const other = replica.deref()?.store?.at(version) as Immutable<State> | undefined
    if (other === undefined || compared.has(other)) continue
    // both ways, as the one may know shapes of rows that the other does not
    if (other === state || (isUnchanged(other, state) && isUnchanged(state, other))) return other
    if (compared.add(other).size === mostCompared) return undefined
  }
  return undefined
}

function isUnchanged<State>(from: Immutable<State>, to: Immutable<State>): boolean {
  return encodeDelta<State>(from, to).length === 0
}
