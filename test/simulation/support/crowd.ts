import assert from 'node:assert/strict'
import type { SimulatedClient, Simulation } from '@tygase/testkit'
import type { bazaar } from './bazaar.js'

export type Fair = Simulation<typeof bazaar>
export type Visitor = SimulatedClient<typeof bazaar>

/** The events of one visitor, counted apart from the checkers of the simulation. */
interface Tally {
  /** The chance of an action at each question, from 0 to 1. */
  liveliness: number
  deals: number
  dealAnswers: number
  outcomes: number
  dispatched: number
  requests: number
  answers: number
  bargainsSent: number[]
  bargainsHeard: number[]
  bargainOutcomes: number
  /** Whether its rules run ahead of the server. */
  predicts: boolean
  /** The numbers of its deals whose receipts it has handled, ahead of the server or not, and taken back. */
  receipts: number[]
  retracted: number[]
}

/** Lets the visitors of a bazaar play at random, and checks the results. */
export class Crowd {
  /** The tallies of present visitors. */
  readonly #tallies = new Map<Visitor, Tally>()
  readonly #livelinessOf: (visitor: Visitor) => number
  readonly #bargainChance: number
  readonly #predicts: (visitor: Visitor) => boolean
  #bargains = 0

  /**
   * @param livelinessOf how likely a visitor does something about every 75 ms
   * @param bargainChance how likely the server tells all visitors something in the same time
   * @param predicts whether a visitor has the option `predict`
   */
  constructor(
    livelinessOf: (visitor: Visitor) => number = () => 0.6,
    bargainChance = 0.3,
    predicts: (visitor: Visitor) => boolean = () => false,
  ) {
    this.#livelinessOf = livelinessOf
    this.#bargainChance = bargainChance
    this.#predicts = predicts
  }

  /** For `onConnect`. */
  readonly greet = (visitor: Visitor): void => {
    const tally: Tally = {
      liveliness: this.#livelinessOf(visitor),
      deals: 0,
      dealAnswers: 0,
      outcomes: 0,
      dispatched: 0,
      requests: 0,
      answers: 0,
      bargainsSent: [],
      bargainsHeard: [],
      bargainOutcomes: 0,
      predicts: this.#predicts(visitor),
      receipts: [],
      retracted: [],
    }
    this.#tallies.set(visitor, tally)
    visitor.connection.registerEventHandler('bargain', ({ number }) => {
      tally.bargainsHeard.push(number)
      return number
    })
    visitor.connection.registerEventHandler('receipt', ({ number }) => void tally.receipts.push(number), {
      onRetract: ({ number }) => void tally.retracted.push(number),
    })
    visitor.connection.registerEventHandler('rumour', async () => {
      await Promise.resolve()
    })
  }

  /** Each visitor that can acts about every 100 ms. */
  async play(fair: Fair, ms: number): Promise<void> {
    this.#expectGoodEnds(fair)
    for (const endMs = fair.nowMs + ms; fair.nowMs < endMs; ) {
      for (const [visitor, tally] of this.#tallies) {
        if (visitor.isGone || visitor.isPaused) continue
        if (fair.random() < tally.liveliness) act(visitor, tally, fair.random)
        if (tally.predicts) expectAllPredicted(visitor, tally, fair.seed)
      }
      if (fair.random() < this.#bargainChance && fair.server.running && !fair.serverProcess.isPaused)
        this.#bargain(fair)
      await fair.step(50 + fair.random() * 50)
    }
  }

  /** Plays on while the server's process dies so many times, and checks at the end that nothing is missing and nothing is doubled. */
  async playThroughCrashes(fair: Fair, crashes: number): Promise<void> {
    for (let crash = 0; crash < crashes; crash++) {
      await this.play(fair, 500 + 1000 * fair.random())
      fair.serverProcess.crash()
      await fair.serverProcess.restart({ downMs: 500 * fair.random() })
      await fair.runUntil(() => fair.clients.every(({ connection }) => connection.status === 'connected'))
    }
    await this.play(fair, 1000)
    await fair.settle()
    this.expectAllDelivered(fair, { hasCrashed: true })
  }

  /** After `settle`, for present visitors: checks that nothing is missing and nothing is doubled. */
  expectAllDelivered(fair: Fair, { hasCrashed = false } = {}): void {
    this.#expectGoodEnds(fair)
    for (const [visitor, tally] of this.#tallies) {
      const who = `client ${visitor.index} with seed ${fair.seed}: `
      const deals = fair.server.store.state.deals.get(visitor.connection.clientId)
      // a visitor may leave before its first tick
      const found = { count: 0, last: 0, outOfTurn: 0, ...deals }
      assert.deepEqual(found, { count: tally.deals, last: tally.deals, outOfTurn: 0 }, `${who}deals`)
      assert.equal(tally.dealAnswers, tally.deals, `${who}answers to deals`)
      assert.equal(tally.outcomes, tally.dispatched, `${who}outcomes`)
      assert.equal(tally.answers, tally.requests, `${who}answers`)
      assert.deepEqual(tally.bargainsHeard, tally.bargainsSent, `${who}bargains`)
      // callbacks of the server's own events end with their process
      if (!hasCrashed) assert.equal(tally.bargainOutcomes, tally.bargainsSent.length, `${who}outcomes of bargains`)
      // all deals were handled: each effect has come once, and none was taken back
      const receipts = Array.from({ length: tally.predicts ? tally.deals : 0 }, (_, index) => index + 1)
      assert.deepEqual(
        tally.receipts.toSorted((a, b) => a - b),
        receipts,
        `${who}receipts`,
      )
      assert.deepEqual(tally.retracted, [], `${who}receipts taken back`)
    }
    assert.ok(this.#tallies.size > 0, 'nobody is left')
  }

  /**
   * A visitor leaves by itself, or with a crashed server. No session ends within its grace time. Drops the tallies of those that left.
   * A new server refuses to resume. If the refusal gets lost again and again, the grace time ends the session.
   */
  #expectGoodEnds(fair: Fair): void {
    for (const visitor of [...this.#tallies.keys()].filter(({ isGone }) => isGone)) {
      this.#tallies.delete(visitor)
      if (visitor.hasCrashed) continue
      const { code, byPeer } = visitor.connection.closeInfo ?? {}
      const isOfThisWorld = fair.serverProcess.hasMet(visitor.connection.clientId)
      const ends = ['disconnected', ...(isOfThisWorld ? [] : ['resume_failed', 'grace_over'])]
      assert.ok(code !== undefined && ends.includes(code), `client ${visitor.index} has ended with ${code}`)
      assert.equal(byPeer, code === 'resume_failed', `who has ended client ${visitor.index}`)
    }
  }

  #bargain(fair: Fair): void {
    const { server } = fair
    const number = ++this.#bargains
    const present = new Map<string, Tally>()
    for (const [{ connection }, tally] of this.#tallies) {
      if (!server.clients.has(connection.clientId)) continue
      tally.bargainsSent.push(number)
      present.set(connection.clientId, tally)
    }
    const note = ({ id }: { id: string }): void => {
      present.get(id)!.bargainOutcomes++
    }
    const to = [...present.keys()]
    const options = { to, retries: Number.POSITIVE_INFINITY, onAck: note, onFail: note }
    server.dispatchEvent('bargain', { number, item: 'pears' }, options)
  }
}

/**
 * Each deal that was ever dispatched is in the predicted state once and in its turn: it is in the newest version, or it is pending
 * and runs over that version, but never both.
 */
function expectAllPredicted({ connection, index }: Visitor, { deals }: Tally, seed: number): void {
  if (!connection.gameRunning) return
  const who = `client ${index} with seed ${seed}: `
  const found = connection.predicted.deals.get(connection.clientId)
  if (found !== undefined)
    assert.deepEqual({ ...found }, { count: deals, last: deals, outOfTurn: 0 }, `${who}predicted deals`)
  const scene = connection.scene()
  assert.ok(scene.deals.size > 0, `${who}scene`)
}

function act({ connection }: Visitor, tally: Tally, random: () => number): void {
  const dice = random()
  const note = { onAck: () => void tally.outcomes++, onFail: () => void tally.outcomes++ }
  if (dice < 0.4) {
    tally.dispatched++
    connection.dispatchEvent(
      'move',
      { dx: random() - 0.5, dy: random() - 0.5 },
      { ...note, retries: dice < 0.3 ? 0 : 3 },
    )
  } else if (dice < 0.7) {
    const number = ++tally.deals
    // each deal is handled once and in order, so the answer is known beforehand
    const onAck = (count: unknown): void => {
      if (count === number) tally.dealAnswers++
    }
    connection.dispatchEvent(
      'deal',
      { number, ...(tally.predicts && { receipt: true }) },
      { retries: Number.POSITIVE_INFINITY, onAck },
    )
  } else if (dice < 0.9) {
    const answered = (): void => void tally.answers++
    tally.requests++
    const timeoutMs = 120_000
    connection
      .request('buy', { item: 'apples', count: Math.floor(random() * 10) }, { timeoutMs })
      .then(answered, answered)
  } else if (dice < 0.93) {
    tally.dispatched++
    // more than most visitors can pay for, so that there are refusals
    connection.dispatchEvent('buy', { item: 'pears', count: 20 }, { ...note, retries: 2 })
  } else {
    tally.dispatched++
    connection.dispatchEvent('gossip', `it is said that ${random()}`, note)
  }
}
