import { describe, expect, test } from 'vitest'
import type { ClientLink } from '../../src/clients/client-link.js'
import type { Server } from '../../src/index.js'
import { setUpIntake, turn } from '../support/intake-stage.js'
import { setStage } from '../support/stage.js'

describe('the memory of events that wait', () => {
  test('is counted for their values as objects, for handlers, and for what these return', async () => {
    const { intake, fake, take, ran } = setUpIntake()
    take('add', 1)
    const one = fake.held.get(1)!
    take('chat', [[], [], [], []])
    expect(fake.held.has(2)).toBe(false)
    intake.register('chat', () => new Promise(() => {}))
    take('chat', 1)
    expect(fake.held.get(3)).toBeGreaterThan(one + 500)
    take('chat', Array(1000).fill([]))
    expect(fake.held.get(4)! - fake.held.get(3)!).toBeGreaterThan(1000 * 16)
    intake.register('add', () => 'x'.repeat(1000))
    take('add', 5)
    expect(fake.held.get(5)).toBeGreaterThan(one + 1000)
    ran(1, { kind: 'done', value: 1 })
    ran(0, { kind: 'done', value: 1 })
    expect([...fake.held.keys()]).toEqual([3, 4])
  })

  test('is bounded: one more event is refused, and logged with its client and the reason', () => {
    const { intake, fake, take, outcomes, log, pushed } = setUpIntake()
    const said: object[] = []
    log.warn = (details) => void said.push(details)
    let calls = 0
    intake.register('chat', () => calls++)
    fake.maxHeldBytes = 1000
    take('add', 1)
    take('add', 2)
    take('add', 3)
    take('add', 4)
    take('chat', 1)
    expect(pushed.length).toBe(3)
    expect(outcomes).toEqual([
      [4, 'too_many_pending'],
      [5, 'too_many_pending'],
    ])
    expect(calls).toBe(0)
    expect(said[0]).toEqual({ clientId: 'c', code: 'too_many_pending' })
  })

  test('a result for which there is no room is dropped, and the rule runs', () => {
    const { intake, fake, take, ran, outcomes, pushed } = setUpIntake()
    intake.register('add', () => 'x'.repeat(1000))
    fake.maxHeldBytes = 2000
    take('add', 1)
    expect(pushed.length).toBe(1)
    ran(0, { kind: 'done', value: 1 })
    expect(outcomes).toEqual([[1, 'result_dropped']])
  })

  test('an event that comes before the join keeps its own bytes only, not the packet', () => {
    const { intake, fake, link } = setUpIntake()
    fake.isJoined = false
    const packet = new Uint8Array(10_000)
    intake.take(link, { sequence: 1, name: 'add', payload: packet.subarray(10, 12) })
    const [early] = fake.earlyEvents as { payload: Uint8Array }[]
    expect(early!.payload.buffer.byteLength).toBe(2)
    expect(fake.held.size).toBe(1)
  })

  test('is bounded for handlers of clients that have gone, and these go on', async () => {
    const { intake, fake, take, outcomes } = setUpIntake()
    const ready: (() => void)[] = []
    intake.register('chat', () => new Promise<void>((resolve) => ready.push(resolve)))
    const leave = () => {
      Object.assign(fake, { status: 'closed', hasEnded: true })
      intake.ended(fake as unknown as ClientLink)
      Object.assign(fake, { status: 'connected', hasEnded: false, runningBytes: 0, charge() {} })
    }
    const large = Array(60_000).fill(1)
    for (let i = 0; i < 150; i++) {
      take('chat', large)
      leave()
    }
    const called = ready.length
    expect(called).toBeGreaterThan(50)
    expect(called).toBeLessThan(150)
    expect(outcomes.length).toBe(150 - called)
    expect(outcomes[0]).toEqual([called + 1, 'too_many_pending'])
    Object.assign(fake, { status: 'closed', hasEnded: true })
    for (const resolve of ready) resolve()
    await turn()
    fake.status = 'connected'
    take('chat', 1)
    expect(ready.length).toBe(called + 1)
  })

  test.each([
    ['a paused game', (server: Server) => server.room.pause()],
    [
      'handlers',
      (server: Server) => {
        const handle = server.registerEventHandler.bind(server) as (name: string, handler: () => unknown) => void
        handle('ask', () => new Promise(() => {}))
      },
    ],
  ])(
    'that a client within all limits makes wait for %s is bounded, whatever it took on the wire',
    async (what, begin) => {
      const { clock, server, join, log } = await setStage()
      const { client } = join()
      clock.advance(300)
      begin(server)
      // 30,000 bytes on the wire, and 1.7 MB as an object
      const nested = Array(30_000).fill([])
      const codes: string[] = []
      const name = what === 'handlers' ? 'ask' : 'add'
      for (let i = 0; i < 40; i++) {
        void client
          .send(name, nested)
          .catch((error) => codes.push(error.refusal?.code ?? `${error.code} ${error.message}`))
        clock.advance(20)
      }
      await turn()
      // eight MiB have room for eight at most
      expect(codes.length).toBeGreaterThanOrEqual(32)
      expect(new Set(codes)).toEqual(new Set(['too_many_pending']))
      expect(log.warnings).toContain('an event was refused: those of its client that wait take too much memory')
      expect(client.session.status).toBe('connected')
    },
  )
})
