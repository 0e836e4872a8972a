import { type Clock, createRandom } from '@tygase/gamestate'
import { faultOfOptions, type OptionRange } from '@tygase/gamestate/internal'
import { closeCodes, type Transport } from '@tygase/protocol/internal'
import { ClientError } from '../errors.js'
import type { TransportSource } from '../transport-source.js'
import { type LinkConditions, LinkDirection, type LinkStats } from './link-direction.js'

/** Conditions of a simulated link, the same both ways, on top of those of the real network. */
export interface LinkOptions extends Partial<LinkConditions> {
  /** Names the stream of random numbers: the same seed and packets give the same link. A whole number. Default 1. */
  seed?: number
  /** Changes nothing, as the real transport decides it. It lets the networks of `links` of the test kit be passed. */
  reliable?: boolean
}

const percentage = { unit: 'share', min: 0, max: 1 } as const

/** Defaults and ranges of the options of `simulateLink`. */
const ranges = [
  { name: 'latencyMs', default: 0, unit: 'ms', min: 0, max: 60_000 },
  { name: 'jitterMs', default: 0, unit: 'ms', min: 0, max: 60_000 },
  { name: 'loss', default: 0, ...percentage },
  { name: 'burstLoss', default: undefined, ...percentage },
  { name: 'duplicate', default: 0, ...percentage },
  { name: 'reorder', default: 0, ...percentage },
  { name: 'bandwidthBytesPerSecond', default: undefined, unit: 'bytes', min: 1 },
  { name: 'reliable', default: true, unit: '', min: 0 },
  { name: 'seed', default: 1, unit: 'seed', min: 0, max: Number.MAX_SAFE_INTEGER, whole: true },
] as const satisfies readonly OptionRange[]

/** The options of `simulateLink`, for the reference page. Bundles leave it out. */
export const linkOptionTable = /* @__PURE__ */ (() => {
  const meanings: Readonly<Record<(typeof ranges)[number]['name'], string>> = {
    latencyMs: 'Least time that a packet takes, one way.',
    jitterMs: 'Up to this much is added to the latency, evenly spread.',
    loss: 'Chance that a packet is lost. Over WebSocket it then arrives 200 ms and a latency later, and all after it wait.',
    burstLoss: 'Chance of a loss after a loss. Default: `loss`.',
    duplicate: 'Chance that a packet arrives twice. Not over WebSocket.',
    reorder: 'Chance that a packet takes an extra latency. Not over WebSocket.',
    bandwidthBytesPerSecond: 'Packets wait for the ones before them to leave. Default: no limit.',
    reliable: 'Changes nothing: the real transport decides it. For networks of `links` of the test kit.',
    seed: 'Names the stream of random numbers.',
  }
  return ranges.map((range) => ({ ...range, meaning: meanings[range.name] }))
})()

const perfect: LinkConditions = { latencyMs: 0, jitterMs: 0, loss: 0, duplicate: 0, reorder: 0 }

/**
 * A bad network for development: pass it to `connect` as the option `link`. Packets of the real connection are delayed and
 * lost both ways as the conditions say. They may change while it runs.
 * @throws ClientError `invalid_argument`
 */
export function simulateLink(options: LinkOptions = {}): LinkSimulation {
  return new LinkSimulation(options)
}

/** A simulated link. One object may serve several connections; each transport draws its own fates. */
export class LinkSimulation {
  readonly #seed: number
  readonly #stats: LinkStats = { sent: 0, delivered: 0, lost: 0, duplicated: 0, reordered: 0, bytes: 0 }
  readonly #transports = new Set<LinkTransport>()
  /** Attempts to open a transport that wait for the end of a silent cut. */
  readonly #waiting = new Set<() => void>()
  #conditions: LinkConditions
  #cut: 'none' | 'silent' | 'seen' = 'none'
  #opened = 0

  /** Use `simulateLink`. */
  constructor(options: LinkOptions) {
    const { seed = 1, reliable: _, ...conditions } = checked(options)
    this.#seed = seed
    this.#conditions = { ...perfect, ...conditions }
  }

  /** The conditions for packets that are sent now. */
  get conditions(): Readonly<LinkConditions> {
    return this.#conditions
  }

  /** Counts of packets, both ways and over all transports. */
  get stats(): Readonly<LinkStats> {
    return this.#stats
  }

  /** True if no packet gets through. */
  get isCut(): boolean {
    return this.#cut !== 'none'
  }

  /**
   * Changes the given conditions for packets sent from now on. A value of undefined takes a condition back to its default.
   * @throws ClientError `invalid_argument`
   */
  change(conditions: { readonly [Name in keyof LinkConditions]?: LinkConditions[Name] | undefined }): void {
    const { seed: _, reliable: _2, ...rest } = checked(conditions)
    const defined = Object.entries({ ...this.#conditions, ...rest }).filter(([, value]) => value !== undefined)
    this.#conditions = { ...perfect, ...Object.fromEntries(defined) }
    for (const transport of this.#transports) transport.change(this.#conditions)
  }

  /**
   * Breaks the network until `heal`. Transports close, and none can be opened.
   * @param options `silent: true`: as with a pulled cable, neither side notices it. Packets stop. Over WebSocket they wait for
   * `heal`; over datagrams they are lost.
   */
  cut({ silent = false }: { silent?: boolean } = {}): void {
    this.#cut = silent ? 'silent' : 'seen'
    for (const transport of [...this.#transports]) this.#apply(transport)
  }

  /** Ends a cut: transports can be opened again, and those of a silent cut go on. */
  heal(): void {
    this.#cut = 'none'
    for (const go of [...this.#waiting]) go()
    for (const transport of this.#transports) transport.release()
  }

  /** For `connect`: the same source of transports with this link in between. */
  over(source: TransportSource, clock: Clock): TransportSource {
    return { ...source, open: (signal) => this.#open(source, clock, signal) }
  }

  async #open(source: TransportSource, clock: Clock, signal: AbortSignal): Promise<Transport> {
    if (this.#cut === 'silent') await this.#healed(signal)
    if (this.isCut) throw new Error('the simulated link is cut')
    const inner = await source.open(signal)
    const transport = new LinkTransport(inner, {
      clock,
      random: createRandom(this.#seed, this.#opened++),
      conditions: this.#conditions,
      stats: this.#stats,
      onEnd: () => this.#transports.delete(transport),
    })
    this.#transports.add(transport)
    // a cut may have come while the transport was opened
    this.#apply(transport)
    return transport
  }

  #apply(transport: LinkTransport): void {
    if (this.#cut === 'silent') transport.hold()
    if (this.#cut === 'seen') transport.break()
  }

  #healed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#waiting.delete(settle)
        signal.removeEventListener('abort', settle)
        if (signal.aborted) reject(new Error('the attempt was given up'))
        else resolve()
      }
      this.#waiting.add(settle)
      signal.addEventListener('abort', settle)
    })
  }
}

type LinkExtras = Pick<LinkOptions, 'seed' | 'reliable'>

/** @throws ClientError `invalid_argument` */
function checked<Options extends object>(options: Options & LinkExtras): Options & LinkExtras {
  const fault = faultOfOptions('simulateLink', ranges, options)
  if (fault !== undefined) throw new ClientError('invalid_argument', fault)
  return options
}

interface LinkTransportParts {
  readonly clock: Clock
  readonly random: () => number
  readonly conditions: LinkConditions
  readonly stats: LinkStats
  onEnd(): void
}

/** The client's end of a real transport, with a simulated link before it. */
class LinkTransport implements Transport {
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  readonly lossy?: NonNullable<Transport['lossy']>
  readonly #inner: Transport
  readonly #out: LinkDirection
  readonly #in: LinkDirection
  readonly #onEnd: () => void
  /** Arrivals during a silent cut, in order. Undefined without a cut. */
  #held: (() => void)[] | undefined
  #hasEnded = false

  constructor(inner: Transport, { clock, random, conditions, stats, onEnd }: LinkTransportParts) {
    this.#inner = inner
    this.#onEnd = onEnd
    if (inner.lossy !== undefined) this.lossy = inner.lossy
    const parts = { clock, random, conditions, stats, reliable: inner.reliable }
    this.#out = new LinkDirection({ ...parts, deliver: (bytes) => this.#pass(() => this.#leave(bytes, stats)) })
    this.#in = new LinkDirection({ ...parts, deliver: (bytes) => this.#pass(() => this.#arrive(bytes, stats)) })
    inner.onBytes = (bytes) => this.#through(this.#in, bytes)
    inner.onClose = (code, reason) => {
      if (inner.reliable) this.#in.end(() => this.#pass(() => this.#end(code, reason)))
      else this.#end(code, reason)
    }
  }

  get reliable(): boolean {
    return this.#inner.reliable
  }

  get bufferedBytes(): number {
    return this.#out.bufferedBytes + this.#inner.bufferedBytes
  }

  change(conditions: LinkConditions): void {
    this.#out.conditions = conditions
    this.#in.conditions = conditions
  }

  send(bytes: Uint8Array): void {
    if (!this.#hasEnded) this.#through(this.#out, bytes)
  }

  /** This end closes at once; what was sent before still arrives on a reliable transport, and the close after it. */
  close(code: number, reason: string): void {
    if (this.#hasEnded) return
    const close = (): void => this.#inner.close(code, reason)
    if (this.#inner.reliable) this.#out.end(() => this.#pass(close))
    else close()
    this.#end(code, reason)
  }

  hold(): void {
    this.#held ??= []
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const work of held) work()
  }

  /** The network has gone, and both ends notice it. */
  break(): void {
    const { number, reason } = closeCodes.transport_lost
    this.#inner.close(number, reason)
    this.#end(number, reason)
  }

  /** A link without conditions needs no timers: browsers hold them back in hidden pages. */
  #through(direction: LinkDirection, bytes: Uint8Array): void {
    if (this.#held === undefined && direction.isClear) direction.pass(bytes)
    else direction.send(bytes)
  }

  #pass(work: () => void): void {
    if (this.#held === undefined) work()
    else if (this.#inner.reliable) this.#held.push(work)
  }

  #leave(bytes: Uint8Array, stats: LinkStats): void {
    stats.delivered++
    this.#inner.send(bytes)
  }

  #arrive(bytes: Uint8Array, stats: LinkStats): void {
    if (this.#hasEnded) return
    stats.delivered++
    this.onBytes?.(bytes)
  }

  #end(code: number, reason: string): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#onEnd()
    this.onClose?.(code, reason)
  }
}
