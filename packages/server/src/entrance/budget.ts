import { neighbourhoodOf } from './address.js'
import { limitPerAddress } from './address-limits.js'

/** A bucket holds this many ms of its rate. */
const burstMs = 50
/** Debts of one connection beyond this many ms of its rate are forgiven: no pause is longer than this, plus a burst. */
const mostOwnDebtMs = 1000
/** The same for what many connections share: a debt of one must not stop the others for long. */
const mostSharedDebtMs = 100

/** Rates of a budget. Infinity for no limit. */
export interface BudgetRates {
  /** Bytes read from a socket, in bytes per second. */
  readonly bytesPerSecond: number
  /** Time spent on what was read, as a share of all time. */
  readonly timeShare: number
}

/**
 * What no connection waits for, however much others take: about ten times what a busy player sends and costs. Young connections of
 * one address have it together: many that come and go must not have more than one that stays.
 */
const guaranteed: BudgetRates = { bytesPerSecond: 64 * 1024, timeShare: 0.02 }
/** A connection is young for this time. Sessions and handshakes of an address are bounded in number, so few get older. */
const youngMs = 2000
/**
 * What a connection spends is taken out of its budgets once it is this much: five of them for each packet would cost more than an
 * honest packet itself.
 */
const leastTakenMs = 0.05
const leastTakenBytes = 1024
/** What the kernel, Node and this server do for a new connection before it is read, in ms. An estimate. */
const connectMs = 0.2
/** What the keys of an encrypted one take, in ms: as much as with RSA of 2048 bits, whose signature costs most. */
const handshakeMs = 2

/**
 * What may be spent on the packets of an owner, in two currencies: bytes, and ms of work. Each is a bucket that fills at a
 * steady rate. More may be spent than there is; then there is a debt, and nothing should be read until it is paid.
 *
 * Invariants: a bucket never holds more than a burst of its rate, nor less than the most debt. It is full at first.
 */
export class Budget {
  readonly #bytesPerMs: number
  readonly #share: number
  readonly #mostDebtMs: number
  #bytes: number
  #workMs: number
  #filledMs: number

  /**
   * @param mostDebtMs a debt counts up to so many ms of the rate
   */
  constructor({ bytesPerSecond, timeShare }: BudgetRates, mostDebtMs: number, now: number) {
    this.#bytesPerMs = bytesPerSecond / 1000
    this.#share = timeShare
    this.#mostDebtMs = mostDebtMs
    this.#bytes = this.#bytesPerMs * burstMs
    this.#workMs = this.#share * burstMs
    this.#filledMs = now
  }

  /** Takes out bytes and ms of work. Negative ones are given back. */
  spend(bytes: number, workMs: number, now: number): void {
    this.#fill(now)
    if (this.#bytesPerMs !== Number.POSITIVE_INFINITY) {
      this.#bytes = Math.max(this.#bytes - bytes, -this.#mostDebtMs * this.#bytesPerMs)
    }
    if (this.#share !== Number.POSITIVE_INFINITY) {
      this.#workMs = Math.max(this.#workMs - workMs, -this.#mostDebtMs * this.#share)
    }
  }

  /** When there is no debt any more: `now` if there is none. */
  readyAt(now: number): number {
    if (this.#bytes >= 0 && this.#workMs >= 0) return now
    this.#fill(now)
    let waitMs = 0
    if (this.#bytes < 0) waitMs = -this.#bytes / this.#bytesPerMs
    if (this.#workMs < 0) waitMs = Math.max(waitMs, -this.#workMs / this.#share)
    return now + waitMs
  }

  #fill(now: number): void {
    const elapsedMs = now - this.#filledMs
    if (elapsedMs <= 0) return
    this.#filledMs = now
    this.#bytes = Math.min(this.#bytesPerMs * burstMs, this.#bytes + elapsedMs * this.#bytesPerMs)
    this.#workMs = Math.min(this.#share * burstMs, this.#workMs + elapsedMs * this.#share)
  }
}

/** What one connection may spend: its own budget, and those that it shares with others. */
export class ConnectionBudget {
  readonly #own: Budget
  readonly #guaranteed: Budget
  readonly #address: AddressBudget | undefined
  readonly #all: Budget
  readonly #openedMs: number
  /** Spent, and not taken out yet. */
  #owedBytes = 0
  #owedMs = 0
  #release: ((now: number) => void) | undefined

  /** @param release called once, when the connection has closed */
  constructor(
    own: BudgetRates,
    shared: { address: AddressBudget | undefined; all: Budget },
    release: (now: number) => void,
    now: number,
  ) {
    this.#own = new Budget(own, mostOwnDebtMs, now)
    this.#guaranteed = new Budget(guaranteed, mostSharedDebtMs, now)
    this.#address = shared.address
    this.#all = shared.all
    this.#openedMs = now
    this.#release = release
  }

  /** Takes out bytes and ms of work, now or with what is spent next. Negative ones are given back. */
  spend(bytes: number, workMs: number, now: number): void {
    this.#owedBytes += bytes
    this.#owedMs += workMs
    if (this.#owedBytes >= leastTakenBytes || this.#owedMs >= leastTakenMs || this.#owedMs < 0) this.#takeOut(now)
  }

  /** When the connection may be read: `now` if it may. */
  readyAt(now: number): number {
    const ownAt = this.#own.readyAt(now)
    const sharedAt = Math.max(this.#all.readyAt(now), this.#address?.budget.readyAt(now) ?? now)
    return sharedAt === now ? ownAt : Math.max(ownAt, Math.min(sharedAt, this.#guaranteedAt(now)))
  }

  /** When the connection may be read whatever others take. */
  #guaranteedAt(now: number): number {
    const ownAt = this.#guaranteed.readyAt(now)
    const youngAt = this.#isYoung(now) ? this.#address?.young?.readyAt(now) : undefined
    return youngAt === undefined ? ownAt : Math.max(ownAt, youngAt)
  }

  #takeOut(now: number): void {
    const bytes = this.#owedBytes
    const ms = this.#owedMs
    this.#owedBytes = 0
    this.#owedMs = 0
    this.#own.spend(bytes, ms, now)
    this.#guaranteed.spend(bytes, ms, now)
    this.#address?.budget.spend(bytes, ms, now)
    if (this.#isYoung(now)) this.#address?.young?.spend(bytes, ms, now)
    this.#all.spend(bytes, ms, now)
  }

  #isYoung(now: number): boolean {
    return now - this.#openedMs < youngMs
  }

  /** The connection has closed. A second call does nothing. */
  close(now: number): void {
    if (this.#release === undefined) return
    this.#takeOut(now)
    this.#release(now)
    this.#release = undefined
  }
}

export interface BudgetsOptions {
  /** Of each connection. */
  connection: BudgetRates
  /** Of all connections of one address. */
  address(host: string): BudgetRates
  /** Of all connections. */
  all: BudgetRates
}

/** Default rates of one address: those of a household, a school class or a small office. */
const usualOfAddress: BudgetRates = { bytesPerSecond: 16 * 1024 * 1024, timeShare: 0.25 }

/** The options of a server that are about budgets. */
interface BudgetLimits {
  maxBytesPerSecond: number
  maxBytesPerSecondPerAddress?: number | undefined
  maxBytesPerSecondInAll: number
  maxTimeShare: number
  maxTimeSharePerAddress?: number | undefined
  maxTimeShareInAll: number
}

/** Budgets as the options of a server say. */
export function budgetsOf(limits: BudgetLimits): BudgetsOptions {
  const bytesPerSecond = limitPerAddress(limits.maxBytesPerSecondPerAddress, usualOfAddress.bytesPerSecond)
  const timeShare = limitPerAddress(limits.maxTimeSharePerAddress, usualOfAddress.timeShare)
  return {
    connection: { bytesPerSecond: limits.maxBytesPerSecond, timeShare: limits.maxTimeShare },
    address: (host) => ({ bytesPerSecond: bytesPerSecond(host), timeShare: timeShare(host) }),
    all: { bytesPerSecond: limits.maxBytesPerSecondInAll, timeShare: limits.maxTimeShareInAll },
  }
}

/** What all connections of an address may spend. */
interface AddressBudget {
  readonly budget: Budget
  /** What its young connections are guaranteed together; undefined for an address without a limit: each has it alone. */
  readonly young: Budget | undefined
}

interface SharedBudget extends AddressBudget {
  connections: number
  /** When its last connection closed. */
  idleSinceMs: number
}

/** After this time without a connection a budget is full again, and need not be kept. */
const idleKeptMs = mostSharedDebtMs + burstMs

/** The budgets of a server: one for each connection, one for each address, and one in all. */
export class Budgets {
  readonly #options: BudgetsOptions
  readonly #all: Budget
  /** By neighbourhood. */
  readonly #addresses = new Map<string, SharedBudget>()
  /** Addresses without a connection, in the order in which they lost the last one. */
  readonly #idle = new Map<string, SharedBudget>()

  constructor(options: BudgetsOptions, now: number) {
    this.#options = options
    this.#all = new Budget(options.all, mostSharedDebtMs, now)
  }

  /** Number of addresses that are kept. */
  get addresses(): number {
    return this.#addresses.size
  }

  /** The budget of a new connection. @param host in normal form; undefined without an address, or for one that many share */
  open(host: string | undefined, now: number): ConnectionBudget {
    const { connection } = this.#options
    this.#forgetIdle(now)
    const shared = host === undefined ? undefined : this.#enter(host, now)
    const release = (closedMs: number): void => {
      if (shared !== undefined && host !== undefined) this.#leave(neighbourhoodOf(host), shared, closedMs)
    }
    return new ConnectionBudget(connection, { address: shared, all: this.#all }, release, now)
  }

  /**
   * Charges a new connection to its address, before it is read.
   * @param host as for `open`
   * @param isEncrypted true if it begins with a handshake of TLS, which costs only if the connection is not cut
   * @returns false if the address has overdrawn what it has and what is guaranteed: the connection should be cut
   */
  connect(host: string | undefined, now: number, isEncrypted = false): boolean {
    this.#forgetIdle(now)
    this.#all.spend(0, connectMs, now)
    const takenMs = isEncrypted ? handshakeMs : 0
    if (host === undefined) {
      this.#all.spend(0, takenMs, now)
      return true
    }
    const shared = this.#enter(host, now)
    this.#leave(neighbourhoodOf(host), shared, now)
    const { budget, young } = shared
    const mayCome = young === undefined || Math.max(budget.readyAt(now), this.#all.readyAt(now)) <= now
    const isGuaranteed = mayCome || young.readyAt(now) <= now
    const moreMs = isGuaranteed ? takenMs : 0
    this.#all.spend(0, moreMs, now)
    budget.spend(0, connectMs + moreMs, now)
    young?.spend(0, connectMs + moreMs, now)
    return isGuaranteed
  }

  #enter(host: string, now: number): SharedBudget {
    const key = neighbourhoodOf(host)
    let shared = this.#addresses.get(key)
    if (shared === undefined) {
      const rates = this.#options.address(host)
      const budget = new Budget(rates, mostSharedDebtMs, now)
      const isLimited = Math.min(rates.timeShare, rates.bytesPerSecond) < Number.POSITIVE_INFINITY
      const young = isLimited ? new Budget(guaranteed, mostSharedDebtMs, now) : undefined
      shared = { budget, young, connections: 0, idleSinceMs: now }
      this.#addresses.set(key, shared)
    }
    shared.connections++
    this.#idle.delete(key)
    return shared
  }

  #leave(key: string, shared: SharedBudget, now: number): void {
    shared.connections--
    if (shared.connections > 0) return
    shared.idleSinceMs = now
    this.#idle.set(key, shared)
  }

  #forgetIdle(now: number): void {
    for (const [key, { idleSinceMs }] of this.#idle) {
      if (now - idleSinceMs < idleKeptMs) return
      this.#idle.delete(key)
      this.#addresses.delete(key)
    }
  }
}
