import type { Connection } from '@tygase/client'
import type { ConnectSettings, Prediction } from '@tygase/client/internal'
import { type LinkSimulation, simulateLink } from '@tygase/client/link'
import type { AnyGame } from '@tygase/gamestate'
import { copyBytes, dispatchArguments, guard } from '@tygase/gamestate/internal'
import { fromServer, RefusalError, readPacket } from '@tygase/protocol/internal'
import { Corrections, type Moment } from './corrections.js'
import { EventLog, type Happening, type SentEvent } from './event-log.js'
import { Figures, type Reading } from './figures.js'
import { type Link, tapped } from './link-tap.js'
import { VersionRing } from './version-ring.js'

interface StateMessage {
  readonly version: number
  readonly base: number | undefined
  readonly payload: Uint8Array
}

/** Messages of states that the connection has not read yet: a part of the page may be missing. */
const mostUnread = 64
/** A packet is only looked at here: the connection has its own limits. */
const noLimits = { maxPacketBytes: 2 ** 30, maxEventBytes: 2 ** 30, maxEventsPerPacket: 2 ** 20 }
/** In the log, for a fault of the devtools. */
export const failed = 'the devtools failed'
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
  readonly #log = new EventLog()
  #unread: StateMessage[] = []
  /** For each name that the page has handlers for: how many, and what takes off the one that listens with them. */
  readonly #heard = new Map<string, { count: number; off: () => void }>()

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
    void Promise.resolve().then(() => this.run(() => this.#listen()))
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
    return this.#log.all
  }

  /** Own events, oldest first. */
  get sentEvents(): readonly SentEvent[] {
    return this.#log.sent
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

  /** Runs a part of the devtools. What it throws is logged: a fault of the devtools is none of the game. */
  readonly run = (work: () => unknown): void => guard(this.#settings.logger, failed, work)

  readonly #tap = {
    run: this.run,
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
    onTaken: () => {
      this.#takeVersions()
      this.look()
    },
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
      if (this.versions.add({ version, atMs, state: state as object, base, delta: payload })) {
        this.#log.forget()
        this.corrections.forget()
      }
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
        const now = (): Moment => ({ atMs: this.nowMs, version: this.connection.store.version })
        this.run(() => this.corrections.watch(running, now, this.run))
        return running
      },
    }
  }

  /** Listens to calls of the page. Each of them does as before, whatever happens here. */
  #listen(): void {
    const { connection } = this
    connection.onStatus((status, info) => {
      this.run(() => this.#note('status', status, info && `${info.code}: ${info.reason}`))
    })
    const methods = connection as unknown as {
      dispatchEvent: Dispatch
      request: Request
      registerEventHandler: Register
    }
    const { dispatchEvent, request, registerEventHandler } = methods
    methods.dispatchEvent = (name, ...rest) => {
      const sent: Sent = { event: undefined }
      let heard = rest
      this.run(() => {
        heard = this.#withEars(name, rest, sent)
      })
      dispatchEvent(name, ...heard)
      this.run(() => this.#noteSent(sent, name, rest))
    }
    methods.request = (name, ...rest) => {
      const sent: Sent = { event: undefined }
      const answer = request(name, ...rest)
      this.run(() => this.#noteSent(sent, name, rest))
      // handed on, so that a failure that the page does not handle is still reported as such
      return answer.catch((error) => {
        this.run(() => this.#noteRefusal(sent, error))
        throw error
      })
    }
    methods.registerEventHandler = (name, handler, ...rest) => {
      this.run(() => this.#hear(name, registerEventHandler))
      let isOn = true
      const unhear = (): void => {
        if (isOn) this.run(() => this.#unhear(name))
        isOn = false
      }
      try {
        const off = registerEventHandler(name, handler, ...rest)
        return () => {
          unhear()
          off()
        }
      } catch (error) {
        unhear()
        throw error
      }
    }
  }

  /** Listens before the first handler of the page, which may change the data. */
  #hear(name: string, registerEventHandler: Register): void {
    const heard = this.#heard.get(name)
    if (heard !== undefined) {
      heard.count++
      return
    }
    const off = registerEventHandler(name, (data) => this.run(() => this.#note('received', name, data)))
    this.#heard.set(name, { count: 1, off })
  }

  /** Without a handler of the page there is none: the connection has to say that an event had none. */
  #unhear(name: string): void {
    const heard = this.#heard.get(name)
    if (heard === undefined || --heard.count > 0) return
    this.#heard.delete(name)
    heard.off()
  }

  /** The arguments of an event, with ears for its refusal. */
  #withEars(name: string, rest: unknown[], sent: Sent): unknown[] {
    const { data, options } = dispatchArguments<{ onFail?: (error: Failure) => unknown }>(rest, dispatchNames)
    const own = options?.onFail
    // wrong options are refused by the connection
    if (options === null || !['object', 'undefined'].includes(typeof options)) return rest
    if (own !== undefined && typeof own !== 'function') return rest
    const onFail = (error: Failure): unknown => {
      this.run(() => this.#noteRefusal(sent, error))
      if (own !== undefined) return own(error)
      // as the connection does it for an event without `onFail`
      const { refusal } = error
      if (refusal === undefined) this.#settings.logger.debug({ err: error, event: name }, 'an event failed')
      else this.#settings.logger.warn({ event: name, ...refusal }, 'the server refused an event without onFail')
    }
    return [data, { ...options, onFail }]
  }

  #noteSent(sent: Sent, name: string, rest: readonly unknown[]): void {
    const { data } = dispatchArguments(rest, [...dispatchNames, 'timeoutMs'])
    sent.event = this.#log.addSent({ ...this.#here(), name, data })
  }

  #noteRefusal({ event }: Sent, error: unknown): void {
    const { code, message, refusal } = error as Partial<Failure>
    const why = refusal?.code ?? code
    // one that was replaced, or had no answer, was not refused
    const isRefusal = refusal !== undefined || error instanceof RefusalError
    if (event === undefined || why === undefined || !isRefusal) return
    event.refused = why
    this.#note('refused', event.name, `${why}: ${refusal?.message ?? message}`)
  }

  #note(kind: Happening['kind'], name: string, data: unknown): void {
    this.#log.add({ ...this.#here(), kind, name, data })
  }

  #here(): Moment {
    return { atMs: this.nowMs, version: this.versions.newest?.version ?? 0 }
  }
}

/** The entry of an event, once it is sent. */
interface Sent {
  event: SentEvent | undefined
}

/** An error of an event, as its sender hears of it. */
interface Failure {
  readonly code?: string
  readonly message?: string
  readonly refusal?: { readonly code: string; readonly message: string }
}
