import { performance } from 'node:perf_hooks'
import { type Connection, connect } from '@tygase/client'
import { market } from './market.js'

const retries = Number.POSITIVE_INFINITY

/** How busy clients are. */
export interface Activity {
  readonly buyEveryMs: number
  /** What is said reaches all in the room. */
  readonly sayEveryMs: number
}

/** One client of a market: it buys, talks and steers without a pause, and keeps account of what it was told. */
export class Shopper {
  readonly connection: Connection<typeof market>
  /** What must not happen. */
  readonly faults: string[] = []
  /** When it had its first version after each time that its transport was lost, in ms of `performance.now()`. */
  readonly backAtMs: number[] = []
  /** The longest time between two versions, in ms, since it was asked last. */
  longestGapMs = 0
  /** The numbers that were said, by speaker, in the order in which they came. */
  readonly #heard = new Map<string, number[]>()
  /** The numbers of what it said and that was acked. */
  readonly #said: number[] = []
  /** Events with a handler that were reported as lost. */
  #lost = 0
  readonly #timers: NodeJS.Timeout[] = []
  #buys = 0
  #bought = 0
  #says = 0
  #lastVersion = 0
  #lastAtMs = performance.now()
  #isBack = true

  static async enter(url: string, activity: Activity): Promise<Shopper> {
    return new Shopper(await connect(url, { game: market, timeoutMs: 30_000, logger: false }), activity)
  }

  private constructor(connection: Connection<typeof market>, { buyEveryMs, sayEveryMs }: Activity) {
    this.connection = connection
    connection.registerEventHandler('said', ({ by, n }) => this.#hear(by, n))
    connection.subscribe(() => this.#see())
    connection.onStatus((status, info) => {
      if (status === 'closed') this.faults.push(`closed: ${info?.code} ${info?.reason}`)
      this.#isBack = false
    })
    this.#timers = [setInterval(() => this.#buy(), buyEveryMs), setInterval(() => this.#say(), sayEveryMs)]
  }

  get id(): string {
    return this.connection.clientId
  }

  /** Events that were acked. */
  get acked(): number {
    return this.#bought + this.#said.length
  }

  /** Events that it was told are lost. */
  get lost(): number {
    return this.#lost
  }

  get isConnected(): boolean {
    return this.connection.status === 'connected' && this.#isBack
  }

  /** Sends nothing new. */
  rest(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  /** True once all that it has sent is acked or has failed. */
  get isSettled(): boolean {
    return this.isConnected && this.acked + this.#lost + this.faults.length >= this.#buys + this.#says
  }

  /** Compares its account with the state, once all is settled. @param others those of its room */
  check(others: readonly Shopper[]): string[] {
    const { faults } = this
    const { people, joins, leaves, sold } = this.connection.state
    const own = people.get(this.id)
    if (own === undefined) return [...faults, 'its row is gone']
    if (own.bought !== this.#bought) faults.push(`${this.#bought} purchases were acked, ${own.bought} are in the state`)
    if (!own.isOrdered) faults.push('purchases came twice, or out of order')
    if (joins !== others.length || leaves !== 0) faults.push(`${joins} joins and ${leaves} leaves`)
    const all = others.reduce((sum, other) => sum + other.#bought, 0)
    if (sold !== all) faults.push(`${all} purchases were acked in the room, ${sold} are in the state`)
    for (const { id, said } of others.map((other) => ({ id: other.id, said: other.#said }))) {
      const heard = this.#heard.get(id) ?? []
      // what was said before it came is not for it
      const missed = said.filter((n) => n >= heard[0]! && !heard.includes(n))
      if (heard.length === 0 && said.length > 0) faults.push(`has heard nothing of ${id}`)
      if (missed.length > 0) faults.push(`has not heard ${missed.join()} of ${id}, which were acked`)
    }
    return faults
  }

  close(): Promise<void> {
    this.rest()
    return this.connection.disconnect()
  }

  #buy(): void {
    const n = ++this.#buys
    this.connection.dispatchEvent('buy', { n }, { retries, onAck: () => this.#bought++, onFail: this.#failed('buy') })
    if (n % 5 === 0) this.connection.dispatchEvent('steer', { vx: (n % 7) - 3 })
  }

  #say(): void {
    const n = ++this.#says
    const onAck = (): void => void this.#said.push(n)
    this.connection.dispatchEvent('say', { n }, { retries, onAck, onFail: this.#failed('say') })
  }

  readonly #failed =
    (name: string) =>
    ({ code, message }: { code: string; message: string }): void => {
      // its handler may have begun: it must not run twice. An event of a rule alone is sent again
      if (code === 'event_lost' && name === 'say') this.#lost++
      else this.faults.push(`${name} has failed: ${code}, ${message}`)
    }

  #hear(by: string, n: number): void {
    const heard = this.#heard.get(by) ?? []
    this.#heard.set(by, heard)
    if (n <= (heard.at(-1) ?? 0)) this.faults.push(`heard ${n} of ${by} after ${heard.at(-1)}`)
    heard.push(n)
  }

  #see(): void {
    const { version } = this.connection
    if (version < this.#lastVersion) this.faults.push(`version ${version} came after ${this.#lastVersion}`)
    this.#lastVersion = version
    const nowMs = performance.now()
    this.longestGapMs = Math.max(this.longestGapMs, nowMs - this.#lastAtMs)
    this.#lastAtMs = nowMs
    if (this.#isBack || this.connection.status !== 'connected') return
    this.#isBack = true
    this.backAtMs.push(nowMs)
  }
}
