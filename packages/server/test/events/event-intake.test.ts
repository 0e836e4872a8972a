import { type AnyGame, defineGame, type Outcome as RuleOutcome } from '@tygase/gamestate'
import type { EventInput } from '@tygase/gamestate/internal'
import { decodeValue, encodeValue } from '@tygase/gamestate/internal'
import { Counters, type Outcome } from '@tygase/protocol/internal'
import { describe, expect, test } from 'vitest'
import type { ClientLink } from '../../src/clients/client-link.js'
import { EventIntake, type IntakeRoom } from '../../src/events/event-intake.js'
import { RefusalError, type Server } from '../../src/index.js'
import { schemaOf } from '../support/schema.js'
import { field, LogBook, setStage } from '../support/stage.js'

/** An intake for `field`, a machine that keeps its inputs, and a link that keeps how its events ended. */
function setUp({ maxOutcomeBytes = Number.POSITIVE_INFINITY, exposeErrors = false, game = field as AnyGame } = {}) {
  const log = new LogBook()
  const pushed: EventInput[] = []
  const machine = {
    tick: 100,
    refusal: undefined as RuleOutcome | undefined,
    push: (input: unknown) => {
      if (machine.refusal === undefined) pushed.push(input as EventInput)
      return machine.refusal
    },
  }
  const counters = new Counters()
  const answeredBy: ('rule' | 'server')[] = []
  const loop = {
    answered: (_link: unknown, byRule: boolean) => answeredBy.push(byRule ? 'rule' : 'server'),
    writeSoon: () => {},
  }
  // reason: an intake looks at no more of a room
  const time = { ms: 0, charged: 0 }
  const clock = { now: () => time.ms }
  const room = {
    ...{ clock, logger: log, counters, game, machine, loop, exposeErrors },
    ...{ maxAheadMs: 1000, maxRewindMs: 250 },
  } as unknown as IntakeRoom
  const intake = new EventIntake(room)
  const outcomes: unknown[] = []
  const messages: string[] = []
  const ended: string[] = []
  const fake = {
    id: 'c',
    status: 'connected',
    hasEnded: false,
    isJoined: true,
    earlyEvents: [] as unknown[],
    handlerAnswers: new Map<number, Outcome>(),
    runningBytes: 0,
    charge: (ms: number) => {
      time.charged += ms
    },
    /** Memory that is kept for each event. */
    held: new Map<number, number>(),
    maxHeldBytes: Number.POSITIVE_INFINITY,
    hold: (sequence: number, bytes: number): boolean => {
      const held = [...fake.held.values()].reduce((sum, each) => sum + each, 0)
      if (held + bytes > fake.maxHeldBytes) return false
      fake.held.set(sequence, (fake.held.get(sequence) ?? 0) + bytes)
      return true
    },
    ruleClient: { id: 'c' },
    reply: (sequence: number, outcome: Outcome): void => {
      fake.held.delete(sequence)
      const value = outcome.kind === 'done' && outcome.payload
      if (value && value.length > maxOutcomeBytes) throw new Error('too large')
      if (outcome.kind === 'refused') messages.push(outcome.message)
      outcomes.push([sequence, outcome.kind === 'done' ? value && decodeValue(value) : outcome.code])
    },
    end: (code: string) => ended.push(code),
  }
  const link = fake as unknown as ClientLink
  let sequence = 0
  const take = (name: string, data: unknown, stamp: { tick?: number; seen?: number } = {}): void =>
    intake.take(link, { sequence: ++sequence, name, payload: encodeValue(data), ...stamp })
  /** The rule of the n-th input has run. */
  const ran = (n: number, outcome: RuleOutcome, error?: unknown): void => {
    const failure = error === undefined ? undefined : { rule: pushed[n]!.name, input: pushed[n], error }
    intake.ran(link, pushed[n]!, outcome, failure)
  }
  return { log, machine, pushed, intake, counters, outcomes, messages, ended, fake, link, take, ran, answeredBy, time }
}

/** Lets promises that have settled reach those who wait for them. */
async function turn(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

test('the time of an answer that comes later is charged to its client', async () => {
  const { intake, take, time, fake, outcomes } = setUp()
  const { reply } = fake
  fake.reply = (sequence, outcome) => {
    time.ms += 3
    reply(sequence, outcome)
  }
  intake.register('chat', async () => 1)
  take('chat', 'hi')
  await turn()
  expect(outcomes).toEqual([[1, 1]])
  expect(time.charged).toBe(3)
})

test('an event of the game goes to the machine, and its outcome goes back', () => {
  const { pushed, outcomes, take, ran } = setUp()
  take('add', 3)
  expect(pushed).toMatchObject([{ name: 'add', data: 3, client: { id: 'c' }, sequence: 1 }])
  expect(outcomes).toEqual([])
  ran(0, { kind: 'done', value: 10 })
  expect(outcomes).toEqual([[1, 10]])
})

describe('the stamp of an event', () => {
  const game = defineGame({
    initialState: () => ({ n: 0 }),
    tickRate: 40,
    events: (on) => ({ move: on(() => {}), shoot: on(() => {}, { rewind: true }) }),
  })

  test('goes to the machine, and what was seen with it if the rule looks back', () => {
    const { pushed, counters, take } = setUp({ game })
    take('move', 1, { tick: 103, seen: 97.5 })
    take('shoot', 2, { tick: 103, seen: 97.5 })
    take('shoot', 3)
    expect(pushed.map(({ tick, seen }) => [tick, seen])).toEqual([
      [103, undefined],
      [103, 97.5],
      [undefined, undefined],
    ])
    expect(counters.get('rewindsCut')).toBe(0)
  })

  test('is kept by a handler, which bounds the place when it is done', async () => {
    const { intake, machine, pushed, counters, take } = setUp({ game })
    intake.register('shoot', async () => {})
    take('shoot', 1, { tick: 103, seen: 95 })
    machine.tick = 110
    await turn()
    // 250 ms are 10 ticks before tick 111, in which it runs
    expect(pushed.map(({ tick, seen }) => [tick, seen])).toEqual([[103, 101]])
    expect(counters.get('rewindsCut')).toBe(1)
  })

  test('of a stranger names no place out of bounds', () => {
    for (const [tick, seen] of [
      [0, -1e15],
      [2 ** 53 - 1, 0],
      [2 ** 50, 2 ** 50],
      [101, 200],
    ] as const) {
      const { pushed, counters, take } = setUp({ game })
      take('shoot', 1, { tick, seen })
      expect(pushed[0]!.tick).toBe(tick)
      expect(pushed[0]!.seen).toBeGreaterThanOrEqual(91)
      expect(pushed[0]!.seen).toBeLessThanOrEqual(100)
      expect(counters.get('rewindsCut')).toBe(1)
    }
  })
})

test("the result of the handler goes before the rule's, and the rule's refusal before both", () => {
  const { intake, outcomes, take, ran } = setUp()
  intake.register('add', () => 'mine')
  take('add', 1)
  take('add', 2)
  ran(0, { kind: 'done', value: 'the rule' })
  ran(1, { kind: 'refused', code: 'no', message: '' })
  expect(outcomes).toEqual([
    [1, 'mine'],
    [2, 'no'],
  ])
})

test('data that the schema does not want reaches neither handler nor rule', () => {
  const { pushed, intake, outcomes, take } = setUp()
  let calls = 0
  intake.register('add', () => calls++)
  take('add', 'three')
  expect([calls, pushed.length]).toEqual([0, 0])
  expect(outcomes).toEqual([[1, 'event_invalid']])
})

test('handlers begin in the order of the events, and a slow one does not hold up the others', async () => {
  const { intake, outcomes, take, ran } = setUp()
  const begun: unknown[] = []
  let resolve = (_value: string): void => {}
  const promise = new Promise<string>((settle) => {
    resolve = settle
  })
  intake.register('whisper', (data) => {
    begun.push(data)
    return data === 'slow' ? promise : data
  })
  for (const text of ['slow', 'quick']) take('whisper', text)
  await turn()
  expect(begun).toEqual(['slow', 'quick'])
  ran(0, { kind: 'done', value: undefined })
  expect(outcomes).toEqual([[2, 'quick']])
  resolve('at last')
  await turn()
  ran(1, { kind: 'done', value: undefined })
  expect(outcomes).toEqual([
    [2, 'quick'],
    [1, 'at last'],
  ])
})

test('an asynchronous handler of an event of the game delays the rule, and keeps the event from it by refusing', async () => {
  const { pushed, intake, outcomes, take } = setUp()
  intake.register('add', async (amount) => {
    if (amount === 13) throw new RefusalError('unlucky', 'no')
  })
  take('add', 1)
  take('add', 13)
  expect(pushed).toEqual([])
  await turn()
  expect(pushed.map(({ data }) => data)).toEqual([1])
  expect(outcomes).toEqual([[2, 'unlucky']])
})

test('when the session has ended meanwhile the rule does not get the event any more', async () => {
  const { pushed, intake, fake, take } = setUp()
  intake.register('add', async () => {})
  take('add', 1)
  Object.assign(fake, { status: 'closed', hasEnded: true })
  await turn()
  expect(pushed).toEqual([])
})

test('an unknown event is refused and counted', () => {
  const { counters, outcomes, take } = setUp()
  take('fly', 1)
  take('toString', 1)
  expect(outcomes).toEqual([
    [1, 'event_unknown'],
    [2, 'event_unknown'],
  ])
  expect(counters.get('eventsUnknown')).toBe(2)
})

test('a payload that cannot be read ends the session', () => {
  const { intake, outcomes, ended, link } = setUp()
  const payload = Uint8Array.of(0x16)
  intake.take(link, { sequence: 1, name: 'add', payload })
  expect(ended).toEqual(['malformed'])
  expect(outcomes).toEqual([])
})

test('a result that cannot be sent or is too large is logged, and the sender gets handler_failed', () => {
  const { log, intake, outcomes, take, ran } = setUp({ maxOutcomeBytes: 10 })
  intake.register('add', () => () => {})
  intake.register('whisper', () => 'x'.repeat(100))
  take('add', 1)
  take('whisper', 'a')
  for (const n of [0, 1]) ran(n, { kind: 'done', value: undefined })
  expect(outcomes).toEqual([
    [1, 'handler_failed'],
    [2, 'handler_failed'],
  ])
  expect(log.errors.length).toBe(2)
})

test('an answer waits for the tick only if a rule gave it', async () => {
  const { intake, answeredBy, take, ran, machine } = setUp()
  intake.register('whisper', (to) => {
    if (to === 'now') throw new RefusalError('no', 'no')
    return Promise.reject(new RefusalError('no', 'no'))
  })
  take('whisper', 'now')
  take('unheard of', 0)
  take('whisper', 'later')
  await turn()
  expect(answeredBy).toEqual(['server', 'server', 'server'])
  take('add', 1)
  ran(0, { kind: 'done', value: undefined })
  expect(answeredBy.slice(3)).toEqual(['rule'])
  machine.refusal = { kind: 'refused', code: 'event_queue_full', message: '' }
  take('add', 1)
  expect(answeredBy.slice(4)).toEqual(['server'])
})

describe('a handler', () => {
  /** A game whose schema changes what it is given. */
  const shop = {
    ...field,
    events: {
      buy: {
        schema: {
          '~standard': {
            version: 1 as const,
            vendor: 'test',
            validate: (value: unknown) => {
              const { item } = value as { item: string }
              return { value: { item: item.trim().toLowerCase(), count: 1 } }
            },
          },
        },
        handler: () => 5,
        from: 'client',
      },
      reward: { schema: undefined, handler: () => {}, from: 'server' },
    },
  } as unknown as AnyGame

  test('gets what the schema returned, which is not checked again for the rule [A3]', () => {
    const { intake, take, pushed } = setUp({ game: shop })
    const got: unknown[] = []
    intake.register('buy', (data) => void got.push(data))
    take('buy', { item: '  SWORD ', isAdmin: true })
    expect(got).toEqual([{ item: 'sword', count: 1 }])
    expect(pushed[0]?.checked).toEqual({ value: { item: 'sword', count: 1 } })
  })

  test.each([[null], [0], [false], ['']])(
    'may answer with %j, and undefined leaves the answer to the rule [A4]',
    (value) => {
      const { intake, take, ran, outcomes } = setUp()
      intake.register('add', (amount) => (amount === 1 ? value : undefined))
      take('add', 1)
      take('add', 2)
      ran(0, { kind: 'done', value: 5 })
      ran(1, { kind: 'done', value: null })
      expect(outcomes).toEqual([
        [1, value],
        [2, null],
      ])
    },
  )

  test('is refused for an event that only the server sends, and such an event of a client too', () => {
    const { intake, take, outcomes, pushed } = setUp({ game: shop })
    expect(() => intake.register('reward', () => {})).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
    take('reward', { gold: 5 })
    expect(outcomes).toEqual([[1, 'event_unknown']])
    expect(pushed).toEqual([])
  })
})

describe('the message of a refusal', () => {
  test.each([
    [true, /bang.*\n.*at /s],
    [false, /^the handler failed$/],
  ])('has error and stack of a handler or rule that threw only if exposeErrors is %s', (exposeErrors, message) => {
    const { intake, take, ran, messages } = setUp({ exposeErrors })
    intake.register('whisper', () => {
      throw new Error('bang')
    })
    take('whisper', 'a')
    take('add', 1)
    ran(0, { kind: 'refused', code: 'handler_failed', message: 'the handler failed' }, new Error('bang'))
    expect(messages).toEqual([expect.stringMatching(message), expect.stringMatching(message)])
  })

  test('never has more of an unknown name than says which one', () => {
    const { take, messages } = setUp()
    take('x'.repeat(1000), 1)
    expect(messages[0]!.length).toBeLessThan(150)
  })
})

test('events that come before the join wait for it, in their order', async () => {
  const { clock, server, join } = await setStage()
  const { client } = join()
  const heard: unknown[] = []
  server.registerEventHandler('add', (amount, { id }) => void heard.push([amount, server.clients.has(id)]))
  while (client.session.status !== 'connected') clock.advance(1)
  expect(server.clients.size).toBe(0)
  for (const amount of [1, 2, 3]) void client.send('add', amount)
  clock.advance(300)
  expect(heard).toEqual([
    [1, true],
    [2, true],
    [3, true],
  ])
  expect(client.store?.state.sum).toBe(6)
})

describe('the memory of events that wait', () => {
  test('is counted for their values as objects, for handlers, and for what these return', async () => {
    const { intake, fake, take, ran } = setUp()
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
    const { intake, fake, take, outcomes, log, pushed } = setUp()
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
    const { intake, fake, take, ran, outcomes, pushed } = setUp()
    intake.register('add', () => 'x'.repeat(1000))
    fake.maxHeldBytes = 2000
    take('add', 1)
    expect(pushed.length).toBe(1)
    ran(0, { kind: 'done', value: 1 })
    expect(outcomes).toEqual([[1, 'result_dropped']])
  })

  test('an event that comes before the join keeps its own bytes only, not the packet', () => {
    const { intake, fake, link } = setUp()
    fake.isJoined = false
    const packet = new Uint8Array(10_000)
    intake.take(link, { sequence: 1, name: 'add', payload: packet.subarray(10, 12) })
    const [early] = fake.earlyEvents as { payload: Uint8Array }[]
    expect(early!.payload.buffer.byteLength).toBe(2)
    expect(fake.held.size).toBe(1)
  })

  test('is bounded for handlers of clients that have gone, and these go on', async () => {
    const { intake, fake, take, outcomes } = setUp()
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

test('a schema that throws refuses the event and is logged', () => {
  const game = {
    ...field,
    events: { ...field.events, odd: { ...field.events.add, schema: schemaOf((_): _ is never => fail()) } },
  }
  const { intake, take, outcomes, log } = setUp({ game: game as unknown as AnyGame })
  intake.register('odd', () => 1)
  take('odd', 1)
  expect(outcomes).toEqual([[1, 'event_invalid']])
  expect(log.errors).toEqual(['a schema failed'])
})

function fail(): never {
  throw new Error('a bug')
}
