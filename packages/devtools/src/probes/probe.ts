import type { Connection } from '@tygase/client'
import type { ConnectSettings, Prediction } from '@tygase/client/internal'
import { type LinkSimulation, simulateLink } from '@tygase/client/link'
import type { AnyGame } from '@tygase/gamestate'
import { copyBytes, dispatchArguments, guard } from '@tygase/gamestate/internal'
import { fromServer, RefusalError, readPacket } from '@tygase/protocol/internal'
import { Corrections } from './corrections.js'
import { Figures, type Reading } from './figures.js'
import { type Link, tapped } from './link-tap.js'
import { VersionRing } from './version-ring.js'

/** Something that happened beside the versions. */
export interface Happening {
  readonly atMs: number
  /** The version that was the newest one then. */
  readonly version: number
  readonly kind: 'sent' | 'refused' | 'received' | 'status'
  /** The name of the event; the status. */
  readonly name: string
  /** The data of the event; the code and reason of a refusal and of a status. */
  readonly data: unknown
}

/** An event that was sent, and what became of it. */
export interface SentEvent {
  readonly version: number
  readonly name: string
  readonly data: unknown
  /** The code of the refusal. */
  refused: string | undefined
}

interface StateMessage {
  readonly version: number
  readonly base: number | undefined
  readonly payload: Uint8Array
}

const keptHappenings = 2000
/** Messages of states that the connection has not read yet: a part of the page may be missing. */
const mostUnread = 64
/** A packet is only looked at here: the connection has its own limits. */
const noLimits = { maxPacketBytes: 2 ** 30, maxEventBytes: 2 ** 30, maxEventsPerPacket: 2 ** 20 }
const failed = 'the devtools failed'
const dispatchNames = ['retries', 'replace', 'onAck', 'onFail']

type AnyConnection = Connection<AnyGame>
type Dispatch = (name: string, ...rest: unknown[]) => void
type Request = (name: string, ...rest: unknown[]) => Promise<unknown>
type Register = (name: string, handler: (data: unknown, info: unknown) => unknown, ...rest: unknown[]) => () => void

/**
 * What the devtools know of a connection. It looks at packets on their way, at the prediction, and at calls of the page, and changes
 * nothing of them, apart from the network that the panel makes worse.
 */
export class Probe {
  readonly connection: AnyConnection
  /** The network that the panel makes worse. */
  readonly link: LinkSimulation = simulateLink()
  readonly versions = new VersionRing()
  readonly figures = new Figures()
  /** Of what moves: that other fields are predicted otherwise is not seen. */
  readonly corrections = new Corrections((key) => {
    const parts = this.game?.motion?.parts
    return parts && (parts.find((part) => part.key === key)?.fields ?? [])
  })
  readonly #settings: ConnectSettings
  #happenings: Happening[] = []
  #sent: SentEvent[] = []
  #unread: StateMessage[] = []
  readonly #heard = new Set<string>()

  /** To be called by the hook: the connection is not made yet. */
  constructor(connection: Connection, settings: ConnectSettings) {
    this.connection = connection as AnyConnection
    this.#settings = settings
    const own = settings.link as Link | undefined
    const added = this.link as Link
    const link: Link = {
      over: (source, clock) => tapped(added.over(own?.over(source, clock) ?? source, clock), this.#tap),
    }
    const { predict } = settings
    Object.assign(settings, { link, ...(predict !== undefined && { predict: this.#watched(predict) }) })
    // the constructor of the connection is at work
    void Promise.resolve().then(() => this.#listen())
  }

  /** The rules of the page; undefined if `connect` was given none. */
  get game(): AnyGame | undefined {
    return this.#settings.game
  }

  /** Now, in ms of the clock of the connection. */
  get nowMs(): number {
    return this.#settings.clock.now()
  }

  /** Oldest first. */
  get happenings(): readonly Happening[] {
    return this.#happenings
  }

  /** Own events, oldest first. */
  get sentEvents(): readonly SentEvent[] {
    return this.#sent
  }

  /** True once the connection has been let in. */
  get isIn(): boolean {
    return this.versions.newest !== undefined
  }

  /** Takes a reading if it is time for one: with each packet, and as often as the panel looks. */
  look(): void {
    const { nowMs, connection } = this
    if (!this.isIn || !this.figures.isDue(nowMs)) return
    const { stats, rttMs, jitterMs, feel, tickRate } = connection
    const reading: Reading = {
      atMs: nowMs,
      ...{ rttMs, jitterMs, delayMs: feel.delayMs, leadMs: (feel.aheadTicks * 1000) / tickRate },
      bytesIn: stats.bytesIn,
      bytesOut: stats.bytesOut,
      packetsIn: stats.packetsIn,
      packetsOut: stats.packetsOut,
      eventsOut: stats.eventsOut,
      eventsResent: stats.eventsResent,
      eventsLost: stats.eventsLost,
      corrections: feel.corrections,
      rebases: feel.rebases,
    }
    this.figures.add(reading)
  }

  readonly #tap = {
    onSent: () => {},
    onReceived: (bytes: Uint8Array) => {
      let states: readonly StateMessage[] = []
      try {
        states = readPacket(bytes, fromServer, noLimits).state ?? []
      } catch {
        // the connection says what is wrong with it
      }
      for (const { version, base, payload } of states) {
        this.#unread.push({ version, base, payload: copyBytes(payload) })
        if (this.#unread.length > mostUnread) this.#unread.shift()
      }
    },
    // a fault of the devtools is none of the game
    onTaken: () =>
      guard(this.#settings.logger, failed, () => {
        this.#takeVersions()
        this.look()
      }),
  }

  /** The states that the connection has read by now. */
  #takeVersions(): void {
    const store = this.connection.store as AnyConnection['store'] | undefined
    if (store === undefined || this.#unread.length === 0) return
    const left: StateMessage[] = []
    for (const { version, base, payload } of this.#unread) {
      const state = store.at(version)
      if (state === undefined) {
        // a version that is not the newest any more will not come
        if (version > store.version) left.push({ version, base, payload })
        continue
      }
      const atMs = store.timeOf(version) ?? this.nowMs
      this.versions.add({ version, atMs, state: state as object, base, delta: payload })
      this.figures.noteVersion(atMs)
    }
    this.#unread = left
  }

  #watched(predict: Prediction): Prediction {
    return {
      get enabled() {
        return predict.enabled
      },
      set enabled(isEnabled) {
        predict.enabled = isEnabled
      },
      start: (parts) => {
        const running = predict.start(parts)
        this.corrections.watch(running, (compare) =>
          guard(this.#settings.logger, failed, () => compare(this.nowMs, this.connection.store.version)),
        )
        return running
      },
    }
  }

  #listen(): void {
    const { connection } = this
    connection.onStatus((status, info) => this.#note('status', status, info && `${info.code}: ${info.reason}`))
    const methods = connection as unknown as {
      dispatchEvent: Dispatch
      request: Request
      registerEventHandler: Register
    }
    const { dispatchEvent, request, registerEventHandler } = methods
    methods.dispatchEvent = (name, ...rest) => this.#dispatch(dispatchEvent, name, rest)
    methods.request = (name, ...rest) => {
      const answer = request(name, ...rest)
      const sent = this.#noteSent(name, rest)
      answer.catch((error) => this.#noteRefusal(sent, error))
      return answer
    }
    methods.registerEventHandler = (name, handler, ...rest) => {
      const off = registerEventHandler(name, handler, ...rest)
      if (!this.#heard.has(name)) {
        this.#heard.add(name)
        registerEventHandler(name, (data) => void this.#note('received', name, data))
      }
      return off
    }
  }

  /** Sends an event as before, with ears for its refusal. */
  #dispatch(dispatchEvent: Dispatch, name: string, rest: readonly unknown[]): void {
    const { data, options } = dispatchArguments<{ onFail?: (error: Failure) => unknown }>(rest, dispatchNames)
    const own = options?.onFail
    let sent: SentEvent | undefined
    const onFail = (error: Failure): unknown => {
      this.#noteRefusal(sent, error)
      if (own !== undefined) return own(error)
      // as the connection does it for an event without `onFail`
      const { refusal } = error
      if (refusal === undefined) this.#settings.logger.debug({ err: error, event: name }, 'an event failed')
      else this.#settings.logger.warn({ event: name, ...refusal }, 'the server refused an event without onFail')
    }
    const isFunction = own === undefined || typeof own === 'function'
    dispatchEvent(name, data, isFunction ? { ...options, onFail } : options)
    sent = this.#noteSent(name, rest)
  }

  #noteSent(name: string, rest: readonly unknown[]): SentEvent {
    const { data } = dispatchArguments(rest, [...dispatchNames, 'timeoutMs'])
    const own = kept(data)
    const version = this.#note('sent', name, own)
    const sent: SentEvent = { version, name, data: own, refused: undefined }
    this.#sent.push(sent)
    if (this.#sent.length > keptHappenings) this.#sent.shift()
    return sent
  }

  #noteRefusal(sent: SentEvent | undefined, error: unknown): void {
    const { code, message, refusal } = error as Partial<Failure>
    const why = refusal?.code ?? code
    // one that was replaced, or had no answer, was not refused
    const isRefusal = refusal !== undefined || error instanceof RefusalError
    if (sent === undefined || why === undefined || !isRefusal) return
    sent.refused = why
    this.#note('refused', sent.name, `${why}: ${refusal?.message ?? message}`)
  }

  /** @returns the newest version */
  #note(kind: Happening['kind'], name: string, data: unknown): number {
    const version = this.versions.newest?.version ?? 0
    this.#happenings.push({ atMs: this.nowMs, version, kind, name, data })
    if (this.#happenings.length > keptHappenings) this.#happenings.shift()
    return version
  }
}

/** The page may change its data after it has sent them. */
function kept(data: unknown): unknown {
  return typeof data === 'object' ? structuredClone(data) : data
}

/** An error of an event, as its sender hears of it. */
interface Failure {
  readonly code?: string
  readonly message?: string
  readonly refusal?: { readonly code: string; readonly message: string }
}
