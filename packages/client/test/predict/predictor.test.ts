import { equalStates } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { ModelServer, pendingEvent, predictorOf } from './support/model.js'

const all = (): boolean => true
const none = (): boolean => false

const begin = (maxAheadTicks?: number) => {
  const server = new ModelServer()
  return { server, ...predictorOf(server.version, server.state, maxAheadTicks) }
}

describe('a predictor', () => {
  it('shows an own event in its tick and after it, not before', () => {
    const { predictor } = begin()
    predictor.add(pendingEvent(1, 4, 'dash', { n: 40 }))
    expect([1, 3, 4, 9].map((tick) => predictor.at(tick).walkers.get('me')?.x)).toEqual([0, 0, 40, 40])
  })

  it('runs a late event in the tick after the newest version', () => {
    const { server, predictor } = begin()
    for (let i = 0; i < 4; i++) server.step([['dash', { n: 1 }]])
    predictor.add(pendingEvent(1, 3, 'dash', { n: 40 }))
    predictor.confirm(server.version, server.state, all)
    expect([5, 6].map((tick) => predictor.at(tick).walkers.get('me')?.x)).toEqual([0, 40])
  })

  it('keeps the order of own events, as the server does', () => {
    const { predictor } = begin()
    predictor.add(pendingEvent(1, 8, 'steer', { n: 5 }))
    predictor.add(pendingEvent(2, 3, 'steer', { n: 0 }))
    expect([7, 8, 9].map((tick) => predictor.at(tick).walkers.get('me')?.x)).toEqual([0, 0, 0])
  })

  it('says in which tick an event runs: no earlier than one before it that was sent again', () => {
    const { predictor } = begin()
    predictor.add(pendingEvent(1, 2, 'steer', { n: 5 }))
    predictor.add(pendingEvent(2, 3, 'steer', { n: 0 }))
    expect([1, 2, 3].map((sequence) => predictor.runOf(sequence))).toEqual([2, 3, undefined])
    predictor.restamp(1, 9)
    expect([1, 2].map((sequence) => predictor.runOf(sequence))).toEqual([9, 9])
  })

  it('forgets an event with its outcome, and goes on from the version that has it', () => {
    const { server, predictor } = begin()
    predictor.add(pendingEvent(1, 2, 'dash', { n: 40 }))
    predictor.add(pendingEvent(2, 3, 'dash', { n: 9 }))
    expect(predictor.at(3).walkers.get('me')?.x).toBe(49)
    server.held.push(pendingEvent(1, 2, 'dash', { n: 40 }))
    server.step()
    predictor.confirm(server.version, server.state, (sequence) => sequence !== 1)
    expect([2, 3].map((tick) => predictor.at(tick).walkers.get('me')?.x)).toEqual([40, 49])
    expect(predictor.settle(2)).toBe(true)
    expect(predictor.settle(2)).toBe(false)
    expect(predictor.at(3).walkers.get('me')?.x).toBe(40)
  })

  it('lets an event with the sequence of a pending one take its place', () => {
    const { predictor } = begin()
    predictor.add(pendingEvent(1, 2, 'steer', { n: 5 }))
    predictor.add(pendingEvent(1, 2, 'steer', { n: -1 }))
    expect(predictor.at(4).walkers.get('me')?.x).toBe(-3)
  })

  it('computes nothing before it is read, and once for all versions that came meanwhile', () => {
    const { server, predictor } = begin()
    predictor.add(pendingEvent(1, 30, 'dash', { n: 40 }))
    for (let i = 0; i < 9; i++) {
      server.step([['dash', { n: 1 }]])
      predictor.confirm(server.version, server.state, all)
    }
    expect([predictor.ticks, predictor.rebases]).toEqual([0, 0])
    predictor.at(server.tick + 6)
    predictor.at(server.tick + 6)
    expect([predictor.ticks, predictor.rebases]).toEqual([6, 1])
  })

  it('computes only the ticks from that of a new event on', () => {
    const { predictor } = begin()
    predictor.add(pendingEvent(1, 2, 'steer', { n: 1 }))
    predictor.at(9)
    const { ticks } = predictor
    predictor.add(pendingEvent(2, 9, 'steer', { n: 2 }))
    expect(predictor.at(9).walkers.get('me')?.x).toBe(9)
    expect(predictor.ticks - ticks).toBe(1)
  })

  it('goes no further than the bound while others move', () => {
    const { server, predictor } = begin(5)
    server.step([['steer', { n: 1 }]])
    predictor.confirm(server.version, server.state, all)
    expect(predictor.reach(100)).toBe(server.version + 5)
    expect(predictor.at(100)).toBe(predictor.at(server.version + 5))
    expect(predictor.ticks).toBe(5)
  })

  it('lives on in a game in which nothing happens: the server sends no version then', () => {
    const { predictor } = begin(5)
    expect(predictor.reach(10_000)).toBe(10_000)
    expect(predictor.ticks).toBeLessThan(10)
    predictor.add(pendingEvent(1, 10_001, 'steer', { n: 2 }))
    expect([10_000, 10_001, 10_003].map((tick) => predictor.at(tick).walkers.get('me')?.x)).toEqual([0, 2, 6])
    expect(predictor.base).toBe(10_000)
  })

  it('runs what is meant for a tick beyond the bound in the last one that it may compute', () => {
    const { server, predictor } = begin(5)
    // the game was at rest, so far as the client knew: its own place has gone on
    expect(predictor.reach(200)).toBe(200)
    predictor.add(pendingEvent(1, 200, 'dash', { n: 40 }))
    predictor.add(pendingEvent(2, 201, 'dash', { n: 2 }))
    // but another player has been moving since tick 2, and that version comes late
    server.step([['steer', { n: 1 }]])
    predictor.confirm(server.version, server.state, all)
    const last = server.version + 5
    expect(predictor.reach(200)).toBe(last)
    expect([last - 1, last, 200].map((tick) => predictor.at(tick).walkers.get('me')?.x)).toEqual([0, 42, 42])
    predictor.add(pendingEvent(3, 202, 'dash', { n: 100 }))
    expect(predictor.at(200).walkers.get('me')?.x).toBe(142)
    expect(predictor.settle(1)).toBe(true)
    expect(predictor.at(200).walkers.get('me')?.x).toBe(102)
    server.step()
    predictor.confirm(server.version, server.state, all)
    expect([last, last + 1].map((tick) => predictor.at(tick).walkers.get('me')?.x)).toEqual([0, 102])
  })

  it('runs an event that is sent again in its later tick, and those after it no sooner', () => {
    const { predictor } = begin()
    predictor.add(pendingEvent(1, 2, 'dash', { n: 40 }))
    predictor.add(pendingEvent(2, 3, 'dash', { n: 2 }))
    expect(predictor.at(3).walkers.get('me')?.x).toBe(42)
    expect([predictor.restamp(1, 6), predictor.restamp(1, 5), predictor.restamp(9, 6)]).toEqual([true, false, false])
    expect([5, 6].map((tick) => predictor.at(tick).walkers.get('me')?.x)).toEqual([0, 42])
    expect(predictor.pending(1)?.tick).toBe(6)
  })

  it('runs an event in its own tick once the one that held it back is gone', () => {
    const { predictor } = begin()
    predictor.add(pendingEvent(1, 8, 'dash', { n: 40 }))
    predictor.add(pendingEvent(2, 3, 'dash', { n: 2 }))
    expect([7, 9].map((tick) => predictor.at(tick).walkers.get('me')?.x)).toEqual([0, 42])
    expect(predictor.settle(1)).toBe(true)
    expect([2, 3, 9].map((tick) => predictor.at(tick).walkers.get('me')?.x)).toEqual([0, 2, 2])
  })

  it('says in which tick the last pending event runs: the place that is drawn must not be before it', () => {
    const { server, predictor } = begin()
    expect(predictor.lastRun).toBe(server.version)
    predictor.add(pendingEvent(1, 8, 'dash', { n: 40 }))
    predictor.add(pendingEvent(2, 3, 'dash', { n: 2 }))
    expect(predictor.lastRun).toBe(8)
    predictor.settle(1)
    expect(predictor.lastRun).toBe(3)
  })

  it('shows nothing of an event in the tick before that of the one that has taken its place', () => {
    const { predictor } = begin()
    predictor.add(pendingEvent(1, 3, 'dash', { n: 40 }))
    expect(predictor.at(9).walkers.get('me')?.x).toBe(40)
    predictor.add(pendingEvent(1, 6, 'dash', { n: 2 }))
    expect([5, 9].map((tick) => predictor.at(tick).walkers.get('me')?.x)).toEqual([0, 2])
  })

  it('counts an event as late once, by the word of the server or because it was sent again', () => {
    const { predictor } = begin()
    for (const sequence of [1, 2, 3]) predictor.add(pendingEvent(sequence, 3, 'dash', { n: 1 }))
    expect(predictor.arrived(1, false)?.sequence).toBe(1)
    expect(predictor.lateEvents).toBe(0)
    expect(predictor.arrived(2, true)?.sequence).toBe(2)
    expect([predictor.arrived(2, true), predictor.arrived(9, true)]).toEqual([undefined, undefined])
    expect(predictor.lateEvents).toBe(1)
    // which of its copies has come is not known
    predictor.restamp(3, 5)
    expect(predictor.arrived(3, true)).toBeUndefined()
    expect(predictor.lateEvents).toBe(2)
    // one behind it runs no earlier
    predictor.add(pendingEvent(4, 4, 'dash', { n: 1 }))
    expect(predictor.arrived(4, false)?.sequence).toBe(4)
    expect(predictor.lateEvents).toBe(3)
  })

  it('runs a late event in the tick in which it is expected, and in the next one once that is over', () => {
    const { server, predictor } = begin()
    const from = server.version
    predictor.add(pendingEvent(1, from + 2, 'dash', { n: 40 }))
    predictor.add(pendingEvent(2, from + 9, 'dash', { n: 1 }))
    const confirm = (): void => {
      server.step([['dash', { n: 1 }]])
      predictor.confirm(server.version, server.state, all, ({ sequence }) => (sequence === 1 ? from + 7 : undefined))
    }
    const xAt = (...ticks: number[]) => ticks.map((tick) => predictor.at(from + tick).walkers.get('me')?.x)
    confirm()
    expect([predictor.isLate, xAt(2, 7)]).toEqual([false, [40, 40]])
    confirm()
    expect([predictor.isLate, xAt(6, 7, 9)]).toEqual([true, [0, 40, 41]])
    while (server.version < from + 7) confirm()
    expect(xAt(7, 8)).toEqual([0, 40])
    // sent again, it has another tick
    predictor.restamp(1, from + 12)
    expect(xAt(11, 12)).toEqual([0, 41])
  })

  it('goes back for an event in a tick in which nothing had happened', () => {
    const { predictor } = begin()
    predictor.at(12)
    expect(predictor.base).toBe(12)
    predictor.add(pendingEvent(1, 12, 'dash', { n: 40 }))
    expect([11, 12].map((tick) => predictor.at(tick).walkers.get('me')?.x)).toEqual([0, 40])
  })

  it('says which rows own events have touched, until others are drawn after them', () => {
    const { server, predictor } = begin()
    server.step([['drop']])
    predictor.confirm(server.version, server.state, all)
    const [stone] = server.state.stones.keys()
    predictor.add(pendingEvent(1, 3, 'take'))
    predictor.at(4)
    expect(predictor.touched()).toEqual([new Map([['stones', new Set([stone])]])])
    server.held.push(pendingEvent(1, 3, 'take'))
    server.step()
    predictor.confirm(server.version, server.state, none)
    expect([1, 2.9, 3].map((place) => predictor.touched(place).length)).toEqual([1, 1, 0])
    expect(predictor.touched()).toEqual([])
  })

  it('raises its revision when what was read may differ, and only then', () => {
    const { server, predictor } = begin()
    predictor.at(5)
    const { revision } = predictor
    predictor.confirm(server.version, server.state, all)
    predictor.at(9)
    expect(predictor.revision).toBe(revision)
    predictor.add(pendingEvent(1, 5, 'dash', { n: 1 }))
    expect(predictor.revision).toBeGreaterThan(revision)
  })

  it('does not predict more pending events than a rebase can run', () => {
    const { predictor } = begin()
    for (let sequence = 1; sequence <= 400; sequence++) predictor.add(pendingEvent(sequence, 2, 'dash', { n: 1 }))
    expect(predictor.at(2).walkers.get('me')?.x).toBe(256)
  })

  it('gives the dispatches of each run, and the rules that it cannot predict', () => {
    const { predictor, dispatches, refused } = begin()
    predictor.add(pendingEvent(7, 2, 'dash', { n: 1 }))
    predictor.add(pendingEvent(8, 2, 'fail'))
    predictor.at(3)
    expect(dispatches.map(({ name, origin }) => [name, origin?.sequence, origin?.n])).toEqual([
      ['stepped', 7, 0],
      ['unpredicted', 7, 1],
      ['whispered', 7, 2],
    ])
    expect(refused).toEqual(['fail'])
    expect(equalStates(predictor.at(3), predictor.at(2))).toBe(true)
  })
})
