import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { Backoff, FlushSchedule } from '../src/session-link.js'
import { BackgroundClock } from './support/background-clock.js'
import { setStage, turnOf } from './support/stage.js'

describe('the flush schedule', () => {
  function setUp() {
    const clock = new VirtualClock()
    const flushes: number[] = []
    const queue = { isEmpty: false }
    const schedule = new FlushSchedule(clock, 50, () => {
      if (!queue.isEmpty) flushes.push(clock.now())
      return !queue.isEmpty
    })
    return { clock, flushes, queue, schedule }
  }

  test('after a quiet time, a request flushes at once, with all requests of the same turn', () => {
    const { clock, flushes, schedule } = setUp()
    clock.advance(10)
    schedule.request()
    schedule.request()
    expect(flushes).toEqual([])
    clock.advance(0)
    expect(flushes).toEqual([10])
  })

  test('requests that follow are flushed together at the end of the interval', () => {
    const { clock, flushes, schedule } = setUp()
    schedule.request()
    clock.advance(5)
    schedule.request()
    clock.advance(20)
    schedule.request()
    clock.advance(200)
    expect(flushes).toEqual([0, 50])
  })

  test('a request may bring the flush of an earlier one forward, and never puts it off', () => {
    const { clock, flushes, schedule } = setUp()
    schedule.request()
    clock.advance(5)
    schedule.request()
    schedule.request(20)
    schedule.request(30)
    clock.advance(200)
    expect(flushes).toEqual([0, 25])
    schedule.request(20)
    clock.advance(0)
    expect(flushes).toEqual([0, 25, 205])
  })

  test('now does not wait, takes a scheduled flush along, and begins a new interval', () => {
    const { clock, flushes, schedule } = setUp()
    schedule.request()
    clock.advance(10)
    schedule.request()
    schedule.now()
    expect(flushes).toEqual([0, 10])
    schedule.request()
    clock.advance(200)
    expect(flushes).toEqual([0, 10, 60])
  })

  test('what is urgent is flushed together at the end of the turn, without a timer', async () => {
    const { clock, flushes, schedule } = setUp()
    schedule.request()
    clock.advance(1)
    expect(flushes).toEqual([0])
    schedule.request(0)
    schedule.request(0)
    expect(flushes).toEqual([0])
    await Promise.resolve()
    expect([flushes, clock.pending]).toEqual([[0, 1], 0])
    schedule.request(0)
    schedule.stop()
    await Promise.resolve()
    expect([flushes, clock.pending]).toEqual([[0, 1], 0])
  })

  test('what is urgent waits for no promise if the clock moves on', () => {
    const { clock, flushes, schedule } = setUp()
    schedule.request()
    clock.advance(10)
    schedule.request(0)
    clock.advance(0)
    expect(flushes).toEqual([0, 10])
  })

  test('stop drops a scheduled flush', () => {
    const { clock, flushes, schedule } = setUp()
    schedule.request()
    schedule.stop()
    clock.advance(200)
    expect(flushes).toEqual([])
    expect(clock.pending).toBe(0)
  })

  test('a flush with nothing to send does not delay the next one', () => {
    const { clock, flushes, queue, schedule } = setUp()
    queue.isEmpty = true
    schedule.request()
    clock.advance(5)
    queue.isEmpty = false
    schedule.request()
    clock.advance(1)
    expect(flushes).toEqual([5])
  })

  test('a timer that is held back does not hold back a later request', () => {
    const clock = new VirtualClock()
    const flushes: number[] = []
    const held = { now: () => clock.now(), schedule: () => () => {} }
    const schedule = new FlushSchedule(held, 50, () => flushes.push(clock.now()) > 0)
    schedule.request()
    clock.advance(10)
    schedule.request()
    expect(flushes).toEqual([])
    clock.advance(1000)
    schedule.request()
    expect(flushes).toEqual([1010])
  })
})

describe('the delays between attempts', () => {
  test('grow from 100 ms by a quarter each, up to 5 s, and begin anew after a success', () => {
    const backoff = new Backoff(() => 1)
    const delays = Array.from({ length: 20 }, () => backoff.nextMs())
    expect(delays.slice(0, 4)).toEqual([100, 125, 156.25, 195.3125])
    expect(delays.slice(-2)).toEqual([5000, 5000])
    expect(delays.indexOf(5000)).toBe(18)
    backoff.reset()
    expect([backoff.nextMs(), backoff.nextMs()]).toEqual([100, 125])
  })

  test('are drawn from 0 on, so that clients of a server that restarts spread out', () => {
    const backoff = new Backoff(() => 0.25)
    expect([backoff.nextMs(), backoff.nextMs()]).toEqual([25, 31.25])
  })
})

describe('a page in the background, where chained timers run once a minute', () => {
  test.each([
    ['that gets versions all the time', 50],
    ['that gets nothing but signs of life', Number.POSITIVE_INFINITY],
  ])('and %s stays connected for five minutes, and its events arrive', async (_, versionEveryMs) => {
    const stage = setStage()
    const { clock, server } = stage
    const page = new BackgroundClock(clock)
    const dialling = stage.dial({ clock: page })
    await turnOf(clock)
    clock.advance(100)
    const connection = await dialling
    const statuses: string[] = []
    connection.onStatus((status) => statuses.push(status))
    let count = 0
    const send = (): void => {
      connection.dispatchEvent('ping', { n: count++ })
      page.schedule(1000, send)
    }
    page.schedule(1000, send)
    page.hide()
    const commit = (): void => {
      server.commit(clock.now())
      clock.schedule(versionEveryMs, commit)
    }
    if (versionEveryMs < Number.POSITIVE_INFINITY) commit()
    clock.advance(5 * 60_000)
    expect(statuses).toEqual([])
    expect(connection.status).toBe('connected')
    // once a minute, after a few seconds at the full rate
    expect(count).toBeGreaterThan(5)
    expect(server.events.length).toBeGreaterThanOrEqual(count - 1)
  })
})
