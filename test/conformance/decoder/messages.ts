import { type Run, readRuns } from './ack-runs.js'
import { type ByteReader, refuse } from './bytes.js'
import { closeCodeOf } from './close-codes.js'

export interface Hello {
  readonly kind: 'hello'
  readonly version: 6
  readonly attempt: Uint8Array
  readonly clock: number
  readonly path: string
  readonly resume?: { readonly clientId: string; readonly token: Uint8Array }
  readonly rejoin?: { readonly clientId: string; readonly token: Uint8Array }
  readonly heldVersion?: number
  readonly receivedThrough: number
  readonly credentials: Uint8Array
}

/** A hello of another version of the protocol, of which no more can be read. */
export interface ForeignHello {
  readonly kind: 'foreignHello'
  readonly version: number
}

/** The answer to who wants to resume. */
export interface Welcome {
  readonly kind: 'welcome'
  readonly attempt: Uint8Array
  readonly clock: number
  readonly receivedThrough: number
}

/** The answer with a session that is new to the client. */
export interface NewWelcome {
  readonly kind: 'newWelcome'
  readonly attempt: Uint8Array
  readonly clientId: string
  readonly token: Uint8Array
  readonly clock: number
  readonly keepAliveMs: number
  readonly idleTimeoutMs: number
  readonly graceMs: number
  readonly maxPacketBytes: number
  readonly maxEventsPerPacket: number
  readonly maxEventBytes: number
  readonly maxPayloadDepth: number
  readonly maxPayloadElements: number
  readonly maxPayloadStringBytes: number
  readonly names: readonly string[]
  readonly payload: Uint8Array
}

export interface Farewell {
  readonly kind: 'refuse' | 'close'
  readonly code: string
  readonly reason: string
}

export interface State {
  readonly kind: 'state'
  readonly version: number
  readonly base?: number
  readonly payload: Uint8Array
}

export interface Have {
  readonly kind: 'have'
  readonly version?: number
}

/** An EVENT as it is written: what only its packet and its transport can tell is not filled in yet. */
export interface RawEvent {
  readonly kind: 'event'
  readonly sequence?: number
  readonly minVersion?: number
  /** What the client's event says of ticks. */
  readonly tick?: number
  readonly seenEighths?: number
  readonly origin?: { readonly sequence: number; readonly n: number }
  readonly place: number
  readonly name?: string
  readonly payload?: Uint8Array
}

export interface Floor {
  readonly kind: 'floor'
  readonly floor: number
  readonly resolved: number
}

/** An ACK as it is written; its sequences count from a reference that only its transport knows. */
export interface RawAck {
  readonly kind: 'ack'
  readonly start: number
  readonly runs: readonly Run[]
}

/** An ARRIVAL as it is written; the ACK of its packet says which event it is about. */
export interface RawArrival {
  readonly kind: 'arrival'
  readonly back: number
  readonly early: number
}

export interface Time {
  readonly kind: 'time'
  readonly time: number
  readonly echo?: number
  readonly held?: number
}

export type RawMessage =
  | Hello
  | ForeignHello
  | Welcome
  | NewWelcome
  | Farewell
  | State
  | Have
  | RawEvent
  | Floor
  | RawAck
  | RawArrival
  | Time

export const maxSequence = 2 ** 50
const magic = [0x54, 0x79, 0x47, 0x61]

export function readHello(bytes: ByteReader): Hello | ForeignHello {
  for (const byte of magic) if (bytes.byte() !== byte) refuse('a hello without the magic')
  const version = bytes.varuint()
  if (version !== 6) return { kind: 'foreignHello', version }
  const parts = bytes.byte()
  if (parts > 4) refuse('a hello with parts that do not exist')
  const attempt = bytes.raw(8)
  const clock = readClock(bytes)
  const path = bytes.string()
  return {
    kind: 'hello',
    version,
    attempt,
    clock,
    path,
    ...(parts & 1 ? { resume: { clientId: bytes.string(), token: bytes.bytes() } } : {}),
    ...(parts === 4 ? { rejoin: { clientId: bytes.string(), token: bytes.bytes() } } : {}),
    ...(parts & 2 ? { heldVersion: bytes.varuint() } : {}),
    receivedThrough: readReceived(bytes, parts === 4),
    credentials: bytes.bytes(),
  }
}

function readReceived(bytes: ByteReader, isRejoin: boolean): number {
  const through = bytes.varuint()
  return isRejoin && through > 0 ? refuse('a rejoin that has received something') : through
}

export function readWelcome(bytes: ByteReader, flags: number): Welcome | NewWelcome {
  const attempt = bytes.raw(8)
  const clock = readClock(bytes)
  if (flags & 0x10) return { kind: 'welcome', attempt, clock, receivedThrough: bytes.varuint() }
  return {
    kind: 'newWelcome',
    attempt,
    clock,
    clientId: bytes.string(),
    token: bytes.bytes(),
    keepAliveMs: bytes.varuint(),
    idleTimeoutMs: bytes.varuint(),
    graceMs: bytes.varuint(),
    maxPacketBytes: bytes.varuint(),
    maxEventsPerPacket: bytes.varuint(),
    maxEventBytes: bytes.varuint(),
    maxPayloadDepth: bytes.varuint(),
    maxPayloadElements: bytes.varuint(),
    maxPayloadStringBytes: bytes.varuint(),
    names: readNames(bytes),
    payload: bytes.bytes(),
  }
}

function readClock(bytes: ByteReader): number {
  const clock = bytes.float64()
  return Number.isFinite(clock) ? clock : refuse('a clock that is not finite')
}

function readNames(bytes: ByteReader): string[] {
  const names: string[] = []
  for (let count = bytes.varuint(); count > 0; count--) names.push(bytes.string())
  return names
}

export function readFarewell(bytes: ByteReader, kind: 'refuse' | 'close'): Farewell {
  return { kind, code: closeCodeOf(bytes.varuint()), reason: bytes.string().slice(0, 200) }
}

export function readState(bytes: ByteReader, flags: number): State {
  const version = bytes.varuint()
  if ((flags & 0x10) === 0) return { kind: 'state', version, payload: bytes.bytes() }
  const distance = bytes.varuint()
  if (distance < 1 || distance > version) refuse('a base that is not below the version')
  return { kind: 'state', version, base: version - distance, payload: bytes.bytes() }
}

export function readHave(bytes: ByteReader, flags: number): Have {
  return flags & 0x10 ? { kind: 'have', version: bytes.varuint() } : { kind: 'have' }
}

export function readEvent(bytes: ByteReader, flags: number, from: 'client' | 'server'): RawEvent {
  const sequence = flags & 0x10 ? { sequence: readSequence(bytes) } : {}
  const extra = from === 'client' ? readStamp(bytes, flags) : readVersionAndOrigin(bytes, flags)
  const place = bytes.varuint()
  const name = place === 0 ? { name: bytes.string() } : {}
  const payload = flags & 0x40 ? { payload: bytes.bytes() } : {}
  if (payload.payload?.length === 0) refuse('a payload with no byte')
  return { kind: 'event', ...sequence, ...extra, place, ...name, ...payload }
}

function readStamp(bytes: ByteReader, flags: number): Partial<RawEvent> {
  if ((flags & 0xa0) === 0x80) refuse('a client says what it saw without a tick')
  const tick = flags & 0x20 ? { tick: bytes.varuint() } : {}
  return flags & 0x80 ? { ...tick, seenEighths: bytes.varuint() } : tick
}

function readVersionAndOrigin(bytes: ByteReader, flags: number): Partial<RawEvent> {
  const minVersion = flags & 0x20 ? { minVersion: bytes.varuint() } : {}
  return flags & 0x80 ? { ...minVersion, origin: { sequence: readSequence(bytes), n: bytes.varuint() } } : minVersion
}

function readSequence(bytes: ByteReader): number {
  const sequence = bytes.varuint()
  return sequence >= 1 && sequence <= maxSequence ? sequence : refuse('a sequence is 1 to 2^50')
}

export function readFloor(bytes: ByteReader): Floor {
  const floor = bytes.varuint()
  const distance = bytes.varuint()
  if (floor < 1 || distance >= floor) refuse('a floor or a resolved below 1')
  return { kind: 'floor', floor, resolved: floor - distance }
}

export function readAck(bytes: ByteReader, flags: number): RawAck {
  const count = flags >> 4 || bytes.varuint()
  if (flags === 0 && count < 16) refuse('fewer than 16 runs that are not in the flags')
  const start = bytes.varint()
  return { kind: 'ack', start, runs: readRuns(bytes, count) }
}

export function readArrival(bytes: ByteReader): RawArrival {
  return { kind: 'arrival', back: bytes.varuint(), early: bytes.varint() }
}

export function readTime(bytes: ByteReader, flags: number): Time {
  const time = bytes.varuint()
  return flags & 0x10 ? { kind: 'time', time, echo: bytes.varuint(), held: bytes.varuint() } : { kind: 'time', time }
}
