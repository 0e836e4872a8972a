import { defineGame, event } from '@tygase/gamestate'
import { encodeValue } from '@tygase/gamestate/internal'
import type { Transport } from '@tygase/protocol/internal'
import { expect, test } from 'vitest'
import { type Connection, connect } from '../../src/index.js'
import { predict } from '../../src/predict/index.js'
import { setStage, turnOf } from '../support/stage.js'
import { type Board, quickLink } from '../support/virtual-server.js'

const bells = defineGame({
  version: 3,
  initialState: (): Board => ({ count: 0, words: [] }),
  serverEvents: { rung: event<number>({ predict: true }), poke: event() },
  events: (on) => ({
    ring: on((state, _, ctx) => {
      state.count++
      ctx.dispatch('rung', 7, { to: ctx.client.id })
    }),
  }),
})

const carriers = [
  ['datagrams', false],
  ['a reliable transport', true],
] as const

/** A client that predicts, of a server that sends exactly what a test says. */
async function start(reliable: boolean) {
  const { clock, server } = setStage()
  server.conditions = { ...quickLink, reliable }
  /** True: packets with these bytes do not come. */
  let lost: string | undefined
  const open = (): Transport => {
    const transport = server.open()
    let take: Transport['onBytes']
    const onBytes: Transport['onBytes'] = (bytes) => {
      if (lost === undefined || !Buffer.from(bytes).includes(lost)) take?.(bytes)
    }
    Object.defineProperty(transport, 'onBytes', {
      get: () => onBytes,
      set: (value: Transport['onBytes']) => {
        take = value
      },
    })
    return transport
  }
  const send = (name: string, n?: number): void => {
    // each event of the client has come, so that the number of those is its sequence
    const origin = n === undefined ? undefined : { sequence: server.events.length, n }
    const options = { retries: Number.POSITIVE_INFINITY, minVersion: 0, ...(origin && { origin }) }
    server.session!.send(name, encodeValue(name === 'rung' ? 7 : undefined), options, clock.now())
  }
  server.answer = (name) => {
    if (name === '$effects') send('$effects')
    return { kind: 'done' }
  }
  const options = { clock, random: () => 0.5, game: bells, predict: predict() }
  const dialling = connect<typeof bells>(open, options)
  await turnOf(clock)
  clock.advance(100)
  const connection: Connection<typeof bells> = await dialling
  const calls: string[] = []
  const listen = (): void =>
    void connection.registerEventHandler('rung', (n, { predicted }) => calls.push(`${n} ${predicted ? 'ahead' : ''}`), {
      onRetract: (n) => calls.push(`${n} taken back`),
    })
  /** Each 50 ms there is a version, without what the client does. */
  const pass = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 50) {
      server.commit(server.store.version)
      clock.advance(50)
      void connection.predicted
    }
  }
  pass(1000)
  return {
    ...{ clock, server, connection, calls, listen, pass, send },
    lose: (bytes: string | undefined): void => {
      lost = bytes
    },
    questions: () => server.events.filter(({ name }) => name === '$effects').length,
  }
}

test('an effect that waits for a long time behind a lost event of the server is handled once, and not taken back', async () => {
  const { server, connection, calls, listen, pass, send, lose } = await start(false)
  listen()
  const { answer } = server
  server.answer = (name, data) => {
    if (name === 'ring') {
      lose('poke')
      send('poke')
      server.write()
      send('rung', 0)
    }
    return answer(name, data)
  }
  connection.dispatchEvent('ring')
  pass(12_000)
  expect(calls).toEqual(['7 ahead'])
  lose(undefined)
  pass(3000)
  expect(calls).toEqual(['7 ahead'])
})

test.each(carriers)(
  'an effect that does not come is taken back once, within half a second, over %s',
  async (_, reliable) => {
    const { connection, calls, listen, pass, questions } = await start(reliable)
    listen()
    connection.dispatchEvent('ring')
    expect(calls).toEqual(['7 ahead'])
    pass(500)
    expect(calls).toEqual(['7 ahead', '7 taken back'])
    pass(12_000)
    expect([calls.length, questions()]).toEqual([2, 1])
  },
)

test.each(carriers)('a server is not asked for effects that come, over %s', async (_, reliable) => {
  const { server, connection, calls, listen, pass, send, questions } = await start(reliable)
  listen()
  const { answer } = server
  server.answer = (name, data) => {
    if (name === 'ring') send('rung', 0)
    return answer(name, data)
  }
  for (let count = 0; count < 3; count++) {
    connection.dispatchEvent('ring')
    pass(500)
  }
  expect([calls, questions()]).toEqual([['7 ahead', '7 ahead', '7 ahead'], 0])
})

test('effects of events that end while the server is asked are asked for with the next question', async () => {
  const { server, connection, calls, listen, pass, send, questions } = await start(true)
  listen()
  let isSlow = true
  server.answer = (name) => {
    if (name === '$effects' && !isSlow) send('$effects')
    return { kind: 'done' }
  }
  for (let count = 0; count < 4; count++) {
    connection.dispatchEvent('ring')
    pass(300)
  }
  expect([calls.filter((call) => call.endsWith('back')), questions()]).toEqual([[], 1])
  isSlow = false
  send('$effects')
  pass(500)
  expect([calls.filter((call) => call.endsWith('back')).length, questions()]).toEqual([4, 2])
})

test('a question that the server refuses is asked again', async () => {
  const { server, connection, calls, listen, pass, send, questions } = await start(true)
  listen()
  server.answer = (name) => {
    if (name !== '$effects') return { kind: 'done' }
    if (questions() < 3) return { kind: 'refused', code: 'too_many_pending', message: '' }
    send('$effects')
    return { kind: 'done' }
  }
  connection.dispatchEvent('ring')
  pass(1500)
  expect([calls, questions()]).toEqual([['7 ahead', '7 taken back'], 3])
})

test('an effect that comes before the version with its event is not handled again when the event runs anew', async () => {
  const { clock, server, connection, calls, listen, pass, send } = await start(false)
  server.answer = () => {
    listen()
    // its ack comes before, and both long before the tick of its stamp
    server.session!.reply(server.events.length, { kind: 'done' })
    server.write()
    send('rung', 0)
    return undefined
  }
  // without a handler the effect is not handled ahead
  connection.dispatchEvent('ring')
  clock.advance(100)
  expect(calls).toEqual(['7 '])
  pass(3000)
  expect(calls).toEqual(['7 '])
})

test('an effect that an event has only when it runs anew after its ack is taken back if it does not come', async () => {
  const { connection, calls, listen, pass } = await start(false)
  connection.dispatchEvent('ring')
  // the next run finds it
  listen()
  pass(3000)
  expect(calls).toEqual(['7 ahead', '7 taken back'])
})

test('the question goes into several packets over datagrams, since the own events behind it wait for it', async () => {
  const { server, connection, listen, pass, questions } = await start(false)
  listen()
  connection.dispatchEvent('ring')
  while (questions() === 0) pass(50)
  const copies = (): number => server.session!.counters.snapshot().eventsDuplicate
  const before = copies()
  pass(200)
  expect(copies()).toBeGreaterThan(before)
})
