import { type AnyGame, defineGame } from '@tygase/gamestate'
import { describe, expect, test } from 'vitest'
import { RefusalError } from '../../src/index.js'
import { setUpIntake, turn } from '../support/intake-stage.js'
import { schemaOf } from '../support/schema.js'
import { field, setStage } from '../support/stage.js'

test('the time of an answer that comes later is charged to its client', async () => {
  const { intake, take, time, fake, outcomes } = setUpIntake()
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
  const { pushed, outcomes, take, ran } = setUpIntake()
  take('add', 3)
  expect(pushed).toMatchObject([{ name: 'add', data: 3, client: { id: 'c' }, sequence: 1 }])
  expect(outcomes).toEqual([])
  ran(0, { kind: 'done', value: 10 })
  expect(outcomes).toEqual([[1, 10]])
})

describe('the question for effects', () => {
  const answer = ['c', '$effects', Number.POSITIVE_INFINITY, 0]

  test('is answered once after the next tick, when the effects of all events before it are queued', () => {
    const { intake, take, outcomes, out } = setUpIntake()
    intake.answerEffects()
    take('$effects', undefined)
    take('$effects', undefined)
    expect([out.sent, outcomes]).toEqual([[], []])
    intake.answerEffects()
    expect([out.sent, outcomes]).toEqual([
      [answer],
      [
        [1, undefined],
        [2, undefined],
      ],
    ])
    intake.answerEffects()
    expect(out.sent.length).toBe(1)
  })

  test('is refused if the answer cannot be queued, so that it is asked again', () => {
    const { intake, take, outcomes, out } = setUpIntake()
    out.isFull = true
    take('$effects', undefined)
    intake.answerEffects()
    expect([out.sent, outcomes]).toEqual([[], [[1, 'too_many_pending']]])
  })

  test('of a client that has left is forgotten', () => {
    const { intake, take, link, out } = setUpIntake()
    take('$effects', undefined)
    intake.ended(link)
    intake.answerEffects()
    expect(out.sent).toEqual([])
  })
})

describe('the stamp of an event', () => {
  const game = defineGame({
    initialState: () => ({ n: 0 }),
    tickRate: 40,
    events: (on) => ({ move: on(() => {}), shoot: on(() => {}, { rewind: true }) }),
  })

  test('goes to the machine, and what was seen with it if the rule looks back', () => {
    const { pushed, counters, take } = setUpIntake({ game })
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

  test('is compared with the time at which the event gets to the rules', async () => {
    const { intake, fake, take } = setUpIntake({ game })
    let done = (): void => {}
    intake.register('move', () => new Promise<void>((resolve) => (done = resolve)))
    take('move', 1, { tick: 103 })
    take('shoot', 2, { tick: 100, seen: 97.5 })
    take('shoot', 3)
    expect(fake.arrivals).toEqual([[2, -0.25]])
    done()
    await turn()
    expect(fake.arrivals).toEqual([
      [2, -0.25],
      [1, 2.75],
    ])
  })

  test('is kept by a handler, which bounds the place when it is done', async () => {
    const { intake, machine, pushed, counters, take } = setUpIntake({ game })
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
      const { pushed, counters, take } = setUpIntake({ game })
      take('shoot', 1, { tick, seen })
      expect(pushed[0]!.tick).toBe(tick)
      expect(pushed[0]!.seen).toBeGreaterThanOrEqual(91)
      expect(pushed[0]!.seen).toBeLessThanOrEqual(100)
      expect(counters.get('rewindsCut')).toBe(1)
    }
  })
})

test("the result of the handler goes before the rule's, and the rule's refusal before both", () => {
  const { intake, outcomes, take, ran } = setUpIntake()
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
  const { pushed, intake, outcomes, take } = setUpIntake()
  let calls = 0
  intake.register('add', () => calls++)
  take('add', 'three')
  expect([calls, pushed.length]).toEqual([0, 0])
  expect(outcomes).toEqual([[1, 'event_invalid']])
})

test('handlers begin in the order of the events, and a slow one does not hold up the others', async () => {
  const { intake, outcomes, take, ran } = setUpIntake()
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
  const { pushed, intake, outcomes, take } = setUpIntake()
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
  const { pushed, intake, fake, take } = setUpIntake()
  intake.register('add', async () => {})
  take('add', 1)
  Object.assign(fake, { status: 'closed', hasEnded: true })
  await turn()
  expect(pushed).toEqual([])
})

test('an unknown event is refused and counted', () => {
  const { counters, outcomes, take } = setUpIntake()
  take('fly', 1)
  take('toString', 1)
  expect(outcomes).toEqual([
    [1, 'event_unknown'],
    [2, 'event_unknown'],
  ])
  expect(counters.get('eventsUnknown')).toBe(2)
})

test('a payload that cannot be read ends the session', () => {
  const { intake, outcomes, ended, link } = setUpIntake()
  const payload = Uint8Array.of(0x16)
  intake.take(link, { sequence: 1, name: 'add', payload })
  expect(ended).toEqual(['malformed'])
  expect(outcomes).toEqual([])
})

test('a result that cannot be sent or is too large is logged, and the sender gets handler_failed', () => {
  const { log, intake, outcomes, take, ran } = setUpIntake({ maxOutcomeBytes: 10 })
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
  const { intake, answeredBy, take, ran, machine } = setUpIntake()
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
    const { intake, take, pushed } = setUpIntake({ game: shop })
    const got: unknown[] = []
    intake.register('buy', (data) => void got.push(data))
    take('buy', { item: '  SWORD ', isAdmin: true })
    expect(got).toEqual([{ item: 'sword', count: 1 }])
    expect(pushed[0]?.checked).toEqual({ value: { item: 'sword', count: 1 } })
  })

  test.each([[null], [0], [false], ['']])(
    'may answer with %j, and undefined leaves the answer to the rule [A4]',
    (value) => {
      const { intake, take, ran, outcomes } = setUpIntake()
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
    const { intake, take, outcomes, pushed } = setUpIntake({ game: shop })
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
    const { intake, take, ran, messages } = setUpIntake({ exposeErrors })
    intake.register('whisper', () => {
      throw new Error('bang')
    })
    take('whisper', 'a')
    take('add', 1)
    ran(0, { kind: 'refused', code: 'handler_failed', message: 'the handler failed' }, new Error('bang'))
    expect(messages).toEqual([expect.stringMatching(message), expect.stringMatching(message)])
  })

  test('never has more of an unknown name than says which one', () => {
    const { take, messages } = setUpIntake()
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

test('a schema that throws refuses the event and is logged', () => {
  const game = {
    ...field,
    events: { ...field.events, odd: { ...field.events.add, schema: schemaOf((_): _ is never => fail()) } },
  }
  const { intake, take, outcomes, log } = setUpIntake({ game: game as unknown as AnyGame })
  intake.register('odd', () => 1)
  take('odd', 1)
  expect(outcomes).toEqual([[1, 'event_invalid']])
  expect(log.errors).toEqual(['a schema failed'])
})

function fail(): never {
  throw new Error('a bug')
}
