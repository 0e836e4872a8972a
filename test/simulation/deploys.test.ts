import { describe, expect, it, onTestFinished } from 'vitest'
import { type Guest, Harbour } from './support/harbour.js'

const endless = { retries: Number.POSITIVE_INFINITY }
const handOver = { handOver: true, endSessions: true }

/** Clients that pay without a pause, and keep account of it. */
function payers(harbour: Harbour, guests: readonly Guest[]) {
  const paid = { sent: 0, acked: 0, failed: [] as string[] }
  let isOver = false
  const pay = (): void => {
    if (isOver) return
    for (const { connection } of guests) {
      if (connection.status === 'closed') continue
      paid.sent++
      const onFail = ({ code }: { code: string }): void => void paid.failed.push(code)
      connection.dispatchEvent('pay', { gold: 1 }, { ...endless, onAck: () => paid.acked++, onFail })
    }
    harbour.clock.schedule(30, pay)
  }
  pay()
  const stop = (): void => {
    isOver = true
  }
  onTestFinished(stop)
  return { paid, stop }
}

async function setUp(slowMs?: (attempt: number) => number, count = 5) {
  const harbour = new Harbour()
  const first = harbour.launch()
  await harbour.complete(first.running)
  const guests: Guest[] = []
  for (let guest = 0; guest < count; guest++) guests.push(await harbour.enter(guest === 0 ? slowMs : undefined))
  await harbour.step(500)
  const { paid, stop } = payers(harbour, guests)
  await harbour.step(300)
  for (const guest of guests) guest.takeGapMs()
  /** Nothing is lost, nothing doubled, all are there. */
  const check = async (): Promise<void> => {
    stop()
    await harbour.step(3000)
    expect(paid.failed).toEqual([])
    expect(paid.acked).toBe(paid.sent)
    for (const { connection } of guests) {
      expect(connection.status).toBe('connected')
      expect(connection.state.total).toBe(paid.sent)
    }
  }
  return { harbour, first, guests, check }
}

const dials = (guests: readonly Guest[]): number[] => guests.map(({ links }) => links.length)

describe('a server that is replaced while the next one waits', () => {
  it('lets clients open a transport to the next one first, so that they miss some ticks, and nothing is lost', async () => {
    const { harbour, first, guests, check } = await setUp()
    const next = harbour.launch()
    await harbour.step(200)
    const ended = first.server.shutdown(handOver)
    await harbour.step(400)
    expect([first.server.running, next.server.running]).toEqual([false, true])
    await harbour.complete(Promise.all([ended, next.running]))
    await harbour.step(200)
    expect(dials(guests)).toEqual([2, 2, 2, 2, 2])
    // a tick is 50 ms
    for (const { takeGapMs } of guests) expect(takeGapMs()).toBeLessThanOrEqual(110)
    await check()
  })

  it('ticks on while clients open theirs', async () => {
    const { harbour, first, guests } = await setUp((attempt) => (attempt === 2 ? 500 : 10))
    harbour.launch()
    await harbour.step(100)
    const { version } = guests[1]!.connection
    void first.server.shutdown(handOver)
    await harbour.step(450)
    expect(guests[1]!.connection.version).toBeGreaterThanOrEqual(version + 8)
    expect(guests.map(({ connection }) => connection.status)).toEqual(Array(5).fill('connected'))
  })

  it('waits for a slow client no longer than a bound, and the client comes by itself', async () => {
    const { harbour, first, guests, check } = await setUp((attempt) => (attempt === 2 ? 60_000 : 10))
    const next = harbour.launch()
    await harbour.step(100)
    const atMs = harbour.clock.now()
    const ended = first.server.shutdown(handOver)
    await harbour.complete(next.running)
    expect(harbour.clock.now() - atMs).toBeLessThan(1300)
    await harbour.complete(ended)
    await harbour.step(200)
    for (const { takeGapMs } of guests.slice(1)) expect(takeGapMs()).toBeLessThanOrEqual(110)
    // its next attempt does not wait for the slow one
    await check()
  })

  it('has clients whose transport to the next one is lost come as after any cut', async () => {
    const { harbour, first, guests, check } = await setUp()
    const next = harbour.launch()
    await harbour.step(100)
    const ended = first.server.shutdown(handOver)
    while (dials(guests).some((count) => count < 2)) await harbour.step(1)
    for (const { links } of guests.slice(0, 2)) links[1]!.cut()
    await harbour.complete(Promise.all([ended, next.running]))
    await harbour.step(1000)
    expect(dials(guests)).toEqual([3, 3, 2, 2, 2])
    await check()
  })

  it('may be killed while clients have two transports: the next one goes on at once, exactly once', async () => {
    const { harbour, first, guests, check } = await setUp((attempt) => (attempt === 2 ? 800 : 10))
    const next = harbour.launch()
    await harbour.step(100)
    void first.server.shutdown(handOver)
    await harbour.step(300)
    expect(dials(guests)).toEqual([1, 2, 2, 2, 2])
    harbour.crash(first)
    await harbour.complete(next.running)
    await harbour.step(200)
    for (const { takeGapMs } of guests.slice(1)) expect(takeGapMs()).toBeLessThanOrEqual(130)
    await harbour.step(1000)
    await check()
  })

  it('goes on as before if the next one dies before it has the rooms, and a third one gets them', async () => {
    const { harbour, first, guests, check } = await setUp()
    const next = harbour.launch()
    await harbour.step(100)
    const ended = first.server.shutdown(handOver)
    while (dials(guests).some((count) => count < 2)) await harbour.step(1)
    harbour.sink(next)
    await harbour.complete(ended)
    const third = harbour.launch()
    await harbour.complete(third.running)
    await harbour.step(1000)
    await check()
  })
})

describe('a server that ends while none waits', () => {
  it('asks no client to move, and ends at once', async () => {
    const { harbour, first, guests, check } = await setUp()
    const atMs = harbour.clock.now()
    await harbour.complete(first.server.shutdown(handOver))
    expect(harbour.clock.now() - atMs).toBeLessThan(50)
    expect(dials(guests)).toEqual([1, 1, 1, 1, 1])
    const next = harbour.launch()
    await harbour.complete(next.running)
    await harbour.step(1500)
    await check()
  })
})

describe('a client that has a transport to the next server', () => {
  it('closes it with the session', async () => {
    const { harbour, first, guests } = await setUp((attempt) => (attempt === 2 ? 800 : 10))
    harbour.launch()
    await harbour.step(100)
    void first.server.shutdown(handOver)
    await harbour.step(300)
    const [, guest] = guests
    expect(guest!.links.length).toBe(2)
    let code: number | undefined
    const [end] = guest!.links[1]!.ends
    const { onClose } = end
    end.onClose = (number, reason) => {
      code = number
      onClose?.(number, reason)
    }
    await harbour.complete(guest!.connection.disconnect())
    await harbour.step(50)
    expect(code).toBe(1000)
  })
})
