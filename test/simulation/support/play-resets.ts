import assert from 'node:assert/strict'
import { createRandom, equalStates, type Immutable } from '@tygase/gamestate'
import type { Server } from '@tygase/server'
import { memoryStorage } from '@tygase/storage'
import { type Link, type LinkConditions, type SimulatedClient, type Simulation, simulate } from '@tygase/testkit'
import { type Ledger, type LedgerKind, type LedgerRoom, ledgers, type Mark, otherState, seenBy } from './ledger.js'

type Clerk = SimulatedClient<typeof ledgers.whole>

/** Several faults in a row may keep a client away for longer than the usual 30 s. */
const patient = { graceMs: 60_000, handshakeTimeoutMs: 20_000 }
const paths = ['/whole/one', '/whole/two', '/seen/one', '/seen/two', '/keyed/one', '/keyed/two']
const mostClerks = 10
/** A stream of its own, apart from those of the simulation. */
const planStream = 101

/** The counts of a play. */
export interface ResetsPlayed {
  resets: number
  /** Resets while a client of the room was suspended. */
  withSuspended: number
  /** Numbers of versions that were refused. */
  refused: number
  /** Rooms that came back with their saved state. */
  restored: number
  comparedVersions: number
  handledEvents: number
  /** Clients whose statistics were compared with those of the server. */
  comparedStats: number
  /** Writes that slow readers did not get. */
  skipped: number
}

/** Counts of the server, and the counts of its client that are the same. */
const pairs = {
  bytesOut: 'bytesIn',
  bytesIn: 'bytesOut',
  packetsIn: 'packetsOut',
  eventsOut: 'eventsIn',
  eventsIn: 'eventsOut',
} as const

/** The events of one client. */
interface Tally {
  number: number
  sent: number
  outcomes: number
  marks: number
}

/**
 * Clients play in rooms whose stores are reset again and again: between ticks, in the middle of one, by handlers, by joins, by
 * subscribers; while clients are away, while they read slowly, while the room is paused, and when it was just restored.
 * @throws {Error} with what was found and the seed
 */
export async function playResets(seed: number, link: LinkConditions, ms: number): Promise<ResetsPlayed> {
  const play = new ResetPlay(seed, link)
  try {
    return await play.run(ms)
  } catch (cause) {
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\n  with seed ${seed}`, { cause })
  }
}

class ResetPlay {
  readonly #link: LinkConditions
  readonly #seed: number
  readonly #plan: { maxVersions: number; maxHeldVersions: number; sendEveryTicks: number }
  readonly #counts = { resets: 0, withSuspended: 0, refused: 0, restored: 0, skipped: 0 }
  readonly #tallies = new Map<Clerk, Tally>()
  /** Indexes of clients that were cut, paused, sent away or moved to another transport: not all bytes count at both ends. */
  readonly #disturbed = new Set<number>()
  readonly #storage = memoryStorage()
  #simulation!: Simulation
  /** A state that a later reset may bring back. */
  #before: Immutable<Ledger> = ledgers.whole.initialState() as Immutable<Ledger>

  constructor(seed: number, link: LinkConditions) {
    const random = createRandom(seed, planStream)
    const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!
    this.#seed = seed
    this.#link = link
    this.#plan = {
      maxVersions: pick(1, 2, 5, 16),
      maxHeldVersions: pick(0, 2, 112, 112),
      sendEveryTicks: pick(1, 1, 2, 3),
    }
  }

  async run(ms: number): Promise<ResetsPlayed> {
    const simulation = await simulate({
      define: this.#define,
      ...{ seed: this.#seed, link: this.#link },
      server: { limits: patient },
      client: { limits: patient },
      onConnect: (client) => this.#greet(client as unknown as Clerk),
      command: 'npx vitest run test/simulation/reset.test.ts',
    })
    this.#simulation = simulation
    for (let count = 0; count < 8; count++) this.#join()
    while (simulation.nowMs < ms) {
      for (let count = 0; count < 12; count++) {
        await this.#change()
        this.#act()
        await simulation.step(simulation.random() * 300)
      }
      if (simulation.random() < 0.7) this.#mend()
      if (simulation.random() < 0.2) await this.#rest()
    }
    await this.#calmDown()
    const comparedStats = await this.#compareStats()
    await this.#expectShortWindows()
    const { comparedVersions, handledEvents } = simulation.stats
    await simulation.end()
    const errors = simulation.problems.filter(({ level }) => level === 'error')
    assert.deepEqual(errors, [], 'errors that were logged')
    return { ...this.#counts, comparedVersions, handledEvents, comparedStats }
  }

  readonly #define = (server: Server): void => {
    const save = { storage: this.#storage, version: 1, intervalMs: 1500 }
    for (const kind of Object.keys(ledgers) as LedgerKind[]) {
      server.define(kind, ledgers[kind], {
        ...this.#plan,
        ...{ save, idleGraceMs: 2000, maxBufferedBytes: 2048, slowTimeoutMs: 120_000 },
        onCreate: (room) => {
          if (room.store.state.count > 0) this.#counts.restored++
          if (this.#simulation?.random() < 0.3) this.#reset(room as LedgerRoom)
        },
        onJoin: (client) => {
          if (this.#simulation?.random() < 0.2) this.#reset(client.room as unknown as LedgerRoom)
        },
        handlers: {
          begin: (_data, client) => {
            const { version } = client.room.store
            this.#reset(client.room as unknown as LedgerRoom)
            return version
          },
        },
      })
    }
  }

  get #rooms(): LedgerRoom[] {
    // reason: all rooms are ledgers
    return [...this.#simulation.server.rooms.values()] as unknown as LedgerRoom[]
  }

  get #present(): Clerk[] {
    return this.#simulation.clients.filter((client) => !client.isGone && client.hasConnected) as unknown as Clerk[]
  }

  /** Resets a store to another state, or to the same one under another number. Numbers that are not higher are refused before. */
  #reset(room: LedgerRoom): void {
    const { store } = room
    const { random } = this.#simulation
    this.#tryOldNumbers(room)
    const before = store.version
    const state = random() < 0.1 ? store.state : otherState(store.state, this.#before, random)
    if (random() < 0.2) this.#before = store.state
    const dice = random()
    if (dice < 0.6) store.reset(state)
    else store.reset(state, before + (dice < 0.9 ? 1 + Math.floor(random() * 20) : 100_000))
    assert.ok(store.version > before && store.versionCount === 1, `${room.key} begins anew`)
    this.#counts.resets++
    if ([...room.clients.values()].some(({ status }) => status === 'suspended')) this.#counts.withSuspended++
    this.#mark(room)
  }

  #tryOldNumbers({ store }: LedgerRoom): void {
    const { random } = this.#simulation
    const { version, state } = store
    const versions = store.versions()
    for (const old of [version, version - 1, versions[0]!, Math.floor(random() * version), version + 0.5, Number.NaN]) {
      const code = { code: 'version_not_newer' }
      assert.throws(() => store.reset(ledgers.whole.initialState(), old), code, `reset to ${old} at ${version}`)
      this.#counts.refused++
    }
    assert.deepEqual([store.version, store.versions()], [version, versions], 'a refused reset changes no number')
    assert.equal(store.state, state, 'a refused reset changes no state')
  }

  /** Sends an event at the current version to all clients of the room. */
  #mark(room: LedgerRoom): void {
    if (room.status !== 'open' || !this.#simulation.server.running) return
    const { version, state } = room.store
    room.dispatchEvent('marked', { version, epoch: state.epoch }, { retries: Number.POSITIVE_INFINITY })
  }

  /** One change of a client, a room or the server. Those that weigh more come more often. */
  async #change(): Promise<void> {
    const { random, serverProcess } = this.#simulation
    const [rooms, clerks] = [this.#rooms, this.#present]
    const room = rooms[Math.floor(random() * rooms.length)]
    const clerk = clerks[Math.floor(random() * clerks.length)]
    if (room === undefined || clerk === undefined) return this.#join()
    const disturb = (): Clerk => {
      this.#disturb(clerk)
      return clerk
    }
    const changes: readonly [weight: number, change: () => unknown][] = [
      [6, () => this.#reset(room)],
      [2, () => void [1, 2, 3].map(() => this.#reset(room))],
      [2, () => this.#resetOnTick(room)],
      [2, () => this.#resetBySubscriber(room)],
      [3, () => this.#dispatch(clerk, 'begin')],
      [2, () => this.#mark(room)],
      [3, () => this.#join()],
      [1, () => void clerk.connection.disconnect()],
      [3, () => disturb().cut()],
      [2, () => disturb().cut({ silent: true })],
      [2, () => disturb().pause()],
      [1, () => disturb().crash()],
      [1, () => room.pause()],
      [2, () => room.resume()],
      [1, () => this.#close(room)],
      [1, () => this.#restart()],
    ]
    let dice = random() * changes.reduce((sum, [weight]) => sum + weight, 0)
    const [, change] = changes.find(([weight]) => {
      dice -= weight
      return dice < 0
    })!
    if (!serverProcess.isPaused) await change()
  }

  #join(): void {
    const { random } = this.#simulation
    if (this.#present.length >= mostClerks) return
    const path = paths[Math.floor(random() * paths.length)]!
    const slow: Link = [this.#link, { ...this.#link, bandwidthBytesPerSecond: 2500 }]
    const client = this.#simulation.addClient({ path, ...(this.#link.reliable && random() < 0.25 && { link: slow }) })
    if (this.#rooms.some(({ key, status }) => path === `/${key}` && status !== 'open')) this.#disturb(client)
  }

  /** The room is saved, and restored for the next client. One that asks meanwhile is sent away and comes again. */
  #close(room: LedgerRoom): void {
    for (const client of this.#simulation.clients) if (!client.hasConnected) this.#disturb(client)
    void room.close()
  }

  #disturb(client: { index: number }): void {
    this.#disturbed.add(client.index)
  }

  #resetOnTick(room: LedgerRoom): void {
    const off = room.machine.onTick(() => {
      off()
      this.#reset(room)
    })
  }

  /** Resets within the call that tells of another version. */
  #resetBySubscriber(room: LedgerRoom): void {
    const off = room.store.subscribe(() => {
      off()
      this.#reset(room)
    })
  }

  async #restart(): Promise<void> {
    for (const client of this.#simulation.clients) this.#disturb(client)
    await this.#simulation.serverProcess.restart({ downMs: this.#simulation.random() * 1000 })
  }

  #greet(clerk: Clerk): void {
    const { connection } = clerk
    const tally: Tally = { number: 0, sent: 0, outcomes: 0, marks: 0 }
    this.#tallies.set(clerk, tally)
    const expectReached = ({ version, epoch }: Mark, what: string): void => {
      assert.ok(connection.version >= version, `client ${clerk.index}: ${what} of ${version} at ${connection.version}`)
      assert.ok(connection.state.epoch >= epoch, `client ${clerk.index}: ${what} of epoch ${epoch}`)
    }
    connection.registerEventHandler('marked', (mark) => {
      tally.marks++
      expectReached(mark, 'an event')
    })
    let epoch = -1
    connection.subscribe((state) => {
      assert.equal(state.sum.of, 3 * state.count + state.epoch, `client ${clerk.index}: a whole version`)
      assert.ok(state.epoch >= epoch, `client ${clerk.index}: back from epoch ${epoch} to ${state.epoch}`)
      epoch = state.epoch
    })
  }

  #act(): void {
    for (const clerk of this.#present) {
      if (!clerk.isPaused && this.#simulation.random() < 0.3) this.#dispatch(clerk, 'add')
    }
  }

  #dispatch(clerk: Clerk, name: 'add' | 'begin'): void {
    const { connection } = clerk
    const tally = this.#tallies.get(clerk)!
    if (clerk.isPaused || connection.status === 'closed') return
    const number = ++tally.number
    tally.sent++
    connection.dispatchEvent(
      name,
      { number },
      {
        retries: Number.POSITIVE_INFINITY,
        onAck: (result) => {
          tally.outcomes++
          if (name === 'begin') return
          const { version } = result as Mark
          // an ACK that comes again over datagrams may overtake the version
          if (!this.#link.reliable) return
          assert.ok(
            connection.version >= version,
            `client ${clerk.index}: an answer of ${version} at ${connection.version}`,
          )
        },
        onFail: () => {
          tally.outcomes++
        },
      },
    )
  }

  #mend(): void {
    for (const client of this.#simulation.clients) {
      client.heal()
      client.resume()
    }
  }

  /** Mends everything, stops the rooms, and compares: each replica is the version of its room, in the view of its client. */
  async #rest(): Promise<void> {
    const simulation = this.#simulation
    this.#mend()
    for (const room of this.#rooms) room.resume()
    await simulation.settle({ timeoutMs: 180_000 })
    for (const room of this.#rooms) room.pause()
    await simulation.settle({ timeoutMs: 180_000 })
    for (const room of this.#rooms) {
      const { store, clients } = room
      for (const { connection, index } of this.#present) {
        if (!clients.has(connection.clientId)) continue
        assert.equal(connection.version, store.version, `client ${index}: its version`)
        const own = seenBy(connection.clientId, room.kind as LedgerKind, store.state)
        assert.ok(equalStates(connection.state as never, own as never), `client ${index}: its replica`)
      }
    }
    for (const [{ index, isGone }, { sent, outcomes }] of this.#tallies) {
      if (!isGone) assert.equal(outcomes, sent, `client ${index}: outcomes`)
    }
    for (const room of this.#rooms) room.resume()
  }

  /** Some more clients come, and stores are still reset, but nothing else happens any more. */
  async #calmDown(): Promise<void> {
    const { random, serverProcess } = this.#simulation
    serverProcess.resume()
    await this.#rest()
    for (let count = 0; count < 3; count++) this.#join()
    for (let count = 0; count < 15; count++) {
      const rooms = this.#rooms
      if (rooms.length > 0) this.#reset(rooms[Math.floor(random() * rooms.length)]!)
      this.#act()
      await this.#simulation.step(random() * 300)
    }
    await this.#rest()
  }

  /** Both ends of a link that was never broken have counted the same. @returns the number of clients */
  async #compareStats(): Promise<number> {
    const { server } = this.#simulation
    this.#counts.skipped = server.stats.writesSkipped
    if (!this.#link.reliable) return 0
    const undisturbed = this.#present.filter((clerk) => !this.#disturbed.has(clerk.index))
    for (const room of this.#rooms) room.pause()
    for (const { connection } of undisturbed) {
      const client = this.#rooms.flatMap(({ clients }) => clients.get(connection.clientId) ?? [])[0]!
      const own = (): number[] => Object.values(pairs).map((name) => connection.stats[name])
      const others = (): number[] => Object.keys(pairs).map((name) => client.stats[name as keyof typeof pairs])
      // what is under way is counted at one end
      await this.#simulation.runUntil(() => own().join() === others().join())
    }
    for (const room of this.#rooms) room.resume()
    return undisturbed.length
  }

  /** When all clients have all, no version is held for them any more. */
  async #expectShortWindows(): Promise<void> {
    if (!this.#link.reliable) return
    await this.#simulation.step(10_000)
    await this.#simulation.runUntil(() =>
      this.#rooms.every(({ store }) => store.versionCount <= this.#plan.maxVersions),
    )
  }
}
