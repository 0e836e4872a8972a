import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Budget, Budgets, budgetsOf } from '../../src/entrance/budget.js'

const infinity = Number.POSITIVE_INFINITY

describe('a budget', () => {
  test('lets 50 ms of its rate pass at once, and waits until more is paid', () => {
    const budget = new Budget({ bytesPerSecond: 1000, timeShare: 0.2 }, 1000, 0)
    budget.spend(50, 10, 0)
    expect(budget.readyAt(0)).toBe(0)
    budget.spend(50, 0, 0)
    expect(budget.readyAt(0)).toBe(50)
    budget.spend(0, 20, 0)
    expect(budget.readyAt(0)).toBe(100)
    expect([budget.readyAt(40), budget.readyAt(100), budget.readyAt(130)]).toEqual([100, 100, 130])
  })

  test('holds no more than 50 ms of its rate, however long nothing was spent', () => {
    const budget = new Budget({ bytesPerSecond: 1000, timeShare: infinity }, 1000, 0)
    budget.spend(60, 1e9, 1_000_000)
    expect(budget.readyAt(1_000_000)).toBe(1_000_010)
  })

  test('forgives debts beyond the most', () => {
    const budget = new Budget({ bytesPerSecond: infinity, timeShare: 0.5 }, 300, 0)
    budget.spend(1e9, 60_000, 0)
    expect(budget.readyAt(0)).toBe(300)
  })

  test('without limits never waits', () => {
    const budget = new Budget({ bytesPerSecond: infinity, timeShare: infinity }, 100, 0)
    budget.spend(1e12, 1e6, 5)
    expect(budget.readyAt(5)).toBe(5)
  })

  test('takes back what was given in advance', () => {
    const budget = new Budget({ bytesPerSecond: infinity, timeShare: 0.1 }, 1000, 0)
    budget.spend(0, 10, 0)
    expect(budget.readyAt(0)).toBe(50)
    budget.spend(0, -5, 0)
    expect(budget.readyAt(0)).toBe(0)
  })

  test('lets nobody who waits for it have more than its rate and one burst in any time', () => {
    const step = fc.record({ bytes: fc.nat(2000), workMs: fc.double({ min: 0, max: 30, noNaN: true }), ms: fc.nat(50) })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const budget = new Budget({ bytesPerSecond: 10_000, timeShare: 0.2 }, infinity, 0)
        let [now, bytes, workMs] = [0, 0, 0]
        for (const each of steps) {
          now = Math.max(now + each.ms, budget.readyAt(now + each.ms))
          // nothing is owed when something is spent
          expect(bytes).toBeLessThanOrEqual(500 + now * 10 + 1e-6)
          expect(workMs).toBeLessThanOrEqual(10 + now * 0.2 + 1e-6)
          budget.spend(each.bytes, each.workMs, now)
          bytes += each.bytes
          workMs += each.workMs
        }
      }),
    )
  })
})

const usual = {
  maxBytesPerSecond: 1_000_000,
  maxBytesPerSecondInAll: infinity,
  maxTimeShare: 0.2,
  maxTimeShareInAll: 0.6,
}

describe('the budgets of a server', () => {
  test('stop a connection that has used up its own', () => {
    const budgets = new Budgets(budgetsOf(usual), 0)
    const [greedy, other] = [budgets.open('10.0.0.1', 0), budgets.open('10.0.0.2', 0)]
    greedy.spend(0, 20, 0)
    expect([greedy.readyAt(0), other.readyAt(0)]).toEqual([50, 0])
  })

  test('count what is spent in small parts, and what is owed when a connection closes', () => {
    const budgets = new Budgets(budgetsOf({ ...usual, maxTimeShareInAll: 0.2 }), 0)
    const [busy, brief] = [budgets.open('10.0.0.1', 0), budgets.open('10.0.0.2', 0)]
    for (let part = 0; part < 600; part++) busy.spend(1, 0.02, 0)
    expect(busy.readyAt(0)).toBeCloseTo(10, 0)
    // nothing of its own is owed, and 2 ms of what all share
    expect(brief.readyAt(0)).toBe(0)
    for (let count = 0; count < 1000; count++) {
      const each = budgets.open(undefined, 500)
      each.spend(1, 0.04, 500)
      each.close(500)
      each.close(500)
    }
    brief.spend(0, 2, 500)
    expect(brief.readyAt(500)).toBeGreaterThan(500)
  })

  test('remember an address for a while after its last connection, however long that was there', () => {
    const budgets = new Budgets(budgetsOf({ ...usual, maxTimeShareInAll: infinity }), 0)
    const first = budgets.open('10.0.0.1', 0)
    first.spend(0, 400, 5000)
    first.close(5000)
    // another address, so that what is over is forgotten
    budgets.open('10.0.0.2', 5010)
    const second = budgets.open('10.0.0.1', 5010)
    second.spend(0, 2, 5010)
    // 25 ms of debt are kept, a quarter of the time pays them
    expect(second.readyAt(5010)).toBeGreaterThan(5010)
  })

  test('stop all connections of an address together, but none that has used less than what is guaranteed', () => {
    const budgets = new Budgets(budgetsOf(usual), 0)
    const [a, b, modest] = Array(3)
      .fill('10.0.0.1')
      .map((host) => budgets.open(host, 0))
    const elsewhere = budgets.open('10.0.0.2', 0)
    const now = 5000
    a!.spend(0, 7, now)
    b!.spend(0, 6, now)
    modest!.spend(1000, 1, now)
    elsewhere.spend(0, 3, now)
    // 14 ms of 12.5
    expect([a, b].map((each) => each!.readyAt(now))).toEqual([5006, 5006].map((ms) => expect.closeTo(ms)))
    expect([modest!.readyAt(now), elsewhere.readyAt(now)]).toEqual([now, now])
  })

  test('guarantee young connections of an address together what an older one has alone', () => {
    const budgets = new Budgets(budgetsOf(usual), 0)
    const old = budgets.open('10.0.0.1', 0)
    const now = 5000
    for (let index = 0; index < 10; index++) budgets.open('10.0.0.1', now).spend(0, 1.6, now)
    const young = budgets.open('10.0.0.1', now)
    // 16 ms of 12.5
    expect([young.readyAt(now), old.readyAt(now)]).toEqual([expect.closeTo(5014), now])
    expect(budgets.open('10.0.0.2', now).readyAt(now)).toBe(now)
  })

  test('charge connections to their address, and turn them away once it has used up what it has', () => {
    const budgets = new Budgets(budgetsOf(usual), 0)
    let taken = 0
    // ten thousand a second, 0.2 ms each: a quarter of each second would pay for 1250
    for (let now = 0; now < 2000; now += 0.1) if (budgets.connect('10.0.0.1', now)) taken++
    expect(taken).toBeLessThan(500)
    expect(taken).toBeGreaterThan(50)
    expect([budgets.connect('10.0.0.2', 2000), budgets.connect(undefined, 2000)]).toEqual([true, true])
    let mild = 0
    for (let now = 3000; now < 5000; now += 5) if (budgets.connect('10.0.0.1', now)) mild++
    expect(mild).toBe(400)
  })

  test('charge handshakes of TLS to the address, but none to a connection that is cut', () => {
    const takenOf = (isEncrypted: boolean, perMs: number): number => {
      const budgets = new Budgets(budgetsOf(usual), 0)
      let taken = 0
      for (let i = 0; i < 2000 * perMs; i++) if (budgets.connect('10.0.0.1', i / perMs, isEncrypted)) taken++
      return taken
    }
    // a quarter of two seconds pays for 227 of 2.2 ms, and for 2500 of 0.2 ms
    expect(takenOf(true, 0.5)).toBeGreaterThan(150)
    expect(takenOf(true, 0.5)).toBeLessThan(260)
    expect(takenOf(false, 0.5)).toBe(1000)
  })

  test('stop all connections together if they use up what there is, whatever their addresses', () => {
    const budgets = new Budgets(budgetsOf(usual), 0)
    const greedy = Array.from({ length: 10 }, (_, index) => budgets.open(`10.0.0.${index}`, 0))
    const modest = budgets.open('10.0.1.1', 0)
    for (const each of greedy) each.spend(0, 9, 0)
    // 90 ms of 30
    expect(greedy.map((each) => each.readyAt(0))).toEqual(greedy.map(() => expect.closeTo(100)))
    expect(modest.readyAt(0)).toBe(0)
    modest.spend(0, 2, 0)
    expect(modest.readyAt(0)).toBeCloseTo(50)
  })

  test('have no limit for addresses of this machine and connections without one, unless a number is given', () => {
    const limits = { ...usual, maxTimeShare: infinity, maxTimeShareInAll: infinity }
    const readyAfter = (host: string | undefined, perAddress?: number): number => {
      const options = budgetsOf({ ...limits, maxTimeSharePerAddress: perAddress })
      const budget = new Budgets(options, 0).open(host, 0)
      budget.spend(0, 27.5, 0)
      return budget.readyAt(0)
    }
    expect([readyAfter('127.0.0.1'), readyAfter('::1'), readyAfter(undefined)]).toEqual([0, 0, 0])
    expect(readyAfter('10.0.0.1')).toBeCloseTo(60)
    expect(readyAfter('127.0.0.1', 0.5)).toBeCloseTo(5)
    expect(readyAfter(undefined, 0.5)).toBe(0)
  })

  test('are not renewed by another connection, and kept for an address no longer than they count', () => {
    const budgets = new Budgets(budgetsOf(usual), 0)
    const first = budgets.open('10.0.0.1', 0)
    first.spend(0, 80, 0)
    first.close(0)
    first.close(0)
    const second = budgets.open('10.0.0.1', 10)
    second.spend(0, 10, 10)
    expect(second.readyAt(10)).toBeGreaterThan(70)
    second.close(10)
    for (let index = 0; index < 1000; index++) budgets.open(`10.1.0.${index % 250}`, 20).close(20)
    expect(budgets.addresses).toBe(251)
    budgets.open('10.0.0.9', 250).close(250)
    expect(budgets.addresses).toBe(1)
  })

  test('are not renewed by staying away, for as long as the debt of an address counts', () => {
    const budgets = new Budgets(budgetsOf(usual), 0)
    const first = budgets.open('10.0.0.1', 0)
    first.spend(0, 1000, 0)
    first.close(0)
    expect(budgets.open('10.0.0.1', 60).readyAt(60)).toBeCloseTo(100)
  })
})
