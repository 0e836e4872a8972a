import { describe, expect, it } from 'vitest'
import type { Engine, RecordChange } from '../../src/engine.js'
import { joinCluster, type SignEngineOptions, signEngine } from '../../src/index.js'
import { maxSignedBytes } from '../../src/trust/signed-engine.js'
import { engineLaws } from '../support/engine-laws.js'
import { TappedEngine } from '../support/tapped-engine.js'
import { virtualStage } from '../support/virtual-stage.js'

const secret = 'a secret of a test'
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : new TextDecoder().decode(value)

engineLaws('an engine that signs', async () => {
  const stage = virtualStage({ seed: 3, maxDelayMs: 40 })
  const { clock } = stage
  const connect = async () => signEngine(stage.engine(), { secret, clock, wallClock: clock, logger: false })
  return { ...stage, connect, maxBytes: maxSignedBytes }
})

/** Two engines that sign, of which one is tapped, one that does not sign, and all that is logged. */
function setStage(others: Partial<SignEngineOptions> = {}) {
  const stage = virtualStage()
  const { clock, time } = stage
  const lines: string[] = []
  const log = (_: object, message: string): void => void lines.push(message)
  const logger = { debug: log, info: log, warn: log, error: log }
  const sign = (options: Partial<SignEngineOptions> = {}, engine: Engine = stage.engine()) =>
    signEngine(engine, { secret, clock, wallClock: clock, logger, ...options })
  const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
    stage.run(
      promise.then(
        () => 'no error',
        ({ code }) => code,
      ),
    )
  const pass = (ms: number) => time.moveTo(clock.now() + ms, () => false)
  const tap = new TappedEngine(stage.engine())
  const [a, b, plain] = [sign({}, tap), sign(others), stage.engine() as Engine]
  return { ...stage, a, b, tap, plain, sign, lines, codeOf, pass }
}

type Stage = ReturnType<typeof setStage>

/** What goes to a subject below, while `send` sends. */
async function recorded({ plain, settle }: Stage, subject: string, send: () => void): Promise<Uint8Array[]> {
  const seen: Uint8Array[] = []
  const off = plain.subscribe(subject, (sealed) => void seen.push(sealed.slice()))
  await settle()
  send()
  await settle()
  off()
  return seen
}

/** Counts those that were asked. */
function answering(engine: Engine, subject: string) {
  const counts = { asked: 0 }
  engine.respond(subject, () => bytes(`answer ${++counts.asked}`))
  return counts
}

const flipped = (sealed: Uint8Array, at: number): Uint8Array => {
  const copy = sealed.slice()
  copy[(at + copy.length) % copy.length]! ^= 1
  return copy
}

const forgeries: [what: string, forge: (sealed: Uint8Array) => Uint8Array][] = [
  ['of nothing', () => new Uint8Array()],
  ['of a few bytes', () => bytes('hello')],
  ['of many bytes', () => new Uint8Array(1000).fill(1)],
  ['without its last byte', (sealed) => sealed.slice(0, -1)],
  ['without its first byte', (sealed) => sealed.slice(1)],
  ['with one byte more', (sealed) => Uint8Array.of(...sealed, 0)],
  ['with a flipped bit in its format', (sealed) => flipped(sealed, 0)],
  ['with a flipped bit in its sender', (sealed) => flipped(sealed, 1)],
  ['with a flipped bit in its number', (sealed) => flipped(sealed, 18)],
  ['with a flipped bit in its time', (sealed) => flipped(sealed, 24)],
  ['with a flipped bit in its bytes', (sealed) => flipped(sealed, 26)],
  ['with a flipped bit in its seal', (sealed) => flipped(sealed, -1)],
]

describe('an engine that signs', () => {
  it.each([
    ['a short text', { secret: 'fifteen letters' }],
    ['short bytes', { secret: new Uint8Array(15) }],
    ['no secret', { secret: undefined }],
    ['a number for a secret', { secret: 7 }],
    ['a name with a dot', { secret, name: 'a.b' }],
    ['a long name', { secret, name: 'a'.repeat(33) }],
    ['an option that is unknown', { secret, key: 'x' }],
  ])('is not made with %s', (_, options) => {
    const { engine } = virtualStage()
    expect(() => signEngine(engine(), options as never)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })

  it('takes a secret of text or of bytes, and keeps its own copy of these', async () => {
    const given = bytes(secret)
    const { a, sign, settle } = setStage()
    const other = sign({ secret: given })
    given.fill(0)
    const texts: unknown[] = []
    other.subscribe('s', (message) => texts.push(textOf(message)))
    await settle()
    a.publish('s', bytes('1'))
    await settle()
    expect(texts).toEqual(['1'])
  })

  it.each(forgeries)('drops and counts a message %s [C11]', async (_, forge) => {
    const stage = setStage()
    const { a, b, plain, settle } = stage
    const texts: unknown[] = []
    b.subscribe('s', (message) => texts.push(textOf(message)))
    const [sealed] = await recorded(stage, 'tygase.s', () => a.publish('s', bytes('right')))
    plain.publish('tygase.s', forge(sealed!))
    await settle()
    expect([texts, b.refused]).toEqual([['right'], 1])
  })

  it.each(forgeries)('refuses and counts a request %s, and runs nothing for it [C11]', async (_, forge) => {
    const { a, b, tap, settle, codeOf } = setStage()
    const counts = answering(b, 's')
    await settle()
    tap.onRequest = forge
    expect(await codeOf(a.request('s', bytes('x'), { timeoutMs: 1000 }))).toBe('engine_untrusted')
    expect([counts.asked, b.refused, a.refused]).toEqual([0, 1, 0])
  })

  it.each(forgeries)('refuses an answer %s [C11]', async (_, forge) => {
    const { a, b, tap, settle, codeOf } = setStage()
    b.respond('s', (request) => request)
    await settle()
    tap.onAnswer = forge
    expect(await codeOf(a.request('s', bytes('a long request'), { timeoutMs: 1000 }))).toBe('engine_untrusted')
    // an empty one is how the other side refuses, and has counted
    expect(a.refused).toBe(forge(bytes('some answer')).length === 0 ? 0 : 1)
  })

  it.each(forgeries)('does not read a record %s [C11]', async (_, forge) => {
    const { a, b, plain, run, codeOf } = setStage()
    const revision = await run(a.records.create('r', bytes('a value that is long enough')))
    const sealed = (await run(plain.records.get('tygase.r')))!.value
    await run(plain.records.update('tygase.r', forge(sealed), revision))
    expect(await codeOf(b.records.get('r'))).toBe('record_forged')
    expect(b.refused).toBe(1)
  })

  it('shares nothing with one of another secret [C11]', async () => {
    const { a, b, settle, run, codeOf } = setStage({ secret: 'another secret of a test' })
    const texts: unknown[] = []
    b.subscribe('s', (message) => texts.push(textOf(message)))
    const counts = answering(b, 's')
    await settle()
    a.publish('s', bytes('1'))
    expect(await codeOf(a.request('s', bytes(''), { timeoutMs: 1000 }))).toBe('engine_untrusted')
    const revision = await run(a.records.create('r', bytes('1')))
    expect(await codeOf(b.records.get('r'))).toBe('record_forged')
    expect(await codeOf(b.records.create('r', bytes('2')))).toBe('record_forged')
    expect([texts, counts.asked, b.refused]).toEqual([[], 0, 3])
    expect(textOf((await run(a.records.get('r')))?.value)).toBe('1')
    expect((await run(a.records.get('r')))?.revision).toBe(revision)
  })

  it('does not meet one of another name', async () => {
    const { a, b, settle, run, codeOf } = setStage({ name: 'other' })
    const texts: unknown[] = []
    b.subscribe('s', (message) => texts.push(textOf(message)))
    const counts = answering(b, 's')
    await settle()
    a.publish('s', bytes('1'))
    expect(await codeOf(a.request('s', bytes(''), { timeoutMs: 1000 }))).toBe('engine_no_responder')
    await run(a.records.create('r', bytes('1')))
    await run(b.records.create('r', bytes('2')))
    expect(textOf((await run(a.records.get('r')))?.value)).toBe('1')
    expect([texts, counts.asked, b.refused]).toEqual([[], 0, 0])
  })

  it('counts a message once, however often it is sent again [C11]', async () => {
    const stage = setStage()
    const { a, b, plain, settle } = stage
    const texts: unknown[] = []
    for (const engine of [a, b]) engine.subscribe('s', (message) => texts.push(textOf(message)))
    const [sealed] = await recorded(stage, 'tygase.s', () => a.publish('s', bytes('1')))
    for (let again = 0; again < 3; again++) plain.publish('tygase.s', sealed!)
    await settle()
    expect([texts, a.refused, b.refused]).toEqual([['1', '1'], 3, 3])
  })

  it('takes what was sealed for one subject for no other subject, and for no request, answer or record [C11]', async () => {
    const stage = setStage()
    const { a, b, tap, plain, run, codeOf } = stage
    const texts: unknown[] = []
    b.subscribe('s', (message) => texts.push(textOf(message)))
    b.subscribe('other', (message) => texts.push(`other ${textOf(message)}`))
    const counts = [answering(b, 's'), answering(b, 'other')]
    const [sealed] = await recorded(stage, 'tygase.s', () => a.publish('s', bytes('1')))
    const ask = (subject: string) => codeOf(a.request(subject, bytes('x'), { timeoutMs: 1000 }))
    plain.publish('tygase.other', sealed!)
    tap.onRequest = () => sealed!
    expect(await ask('s')).toBe('engine_untrusted')
    // the request for one subject, which it never gets, at another one
    expect(await ask('other')).toBe('engine_untrusted')
    tap.onRequest = () => tap.requests[0]!
    expect(await ask('other')).toBe('engine_untrusted')
    tap.onRequest = (request) => request
    tap.onAnswer = () => sealed!
    expect(await ask('s')).toBe('engine_untrusted')
    await run(plain.records.create('tygase.s', sealed!))
    expect(await codeOf(b.records.get('s'))).toBe('record_forged')
    expect([texts, counts.map(({ asked }) => asked), b.refused]).toEqual([['1'], [1, 0], 5])
  })

  it('takes a request once, and an answer for its own request alone [C11]', async () => {
    const { a, b, tap, settle, run, codeOf } = setStage()
    const counts = answering(b, 's')
    await settle()
    const ask = () => a.request('s', bytes('same'), { timeoutMs: 1000 })
    expect(textOf(await run(ask()))).toBe('answer 1')
    tap.onRequest = () => tap.requests[0]!
    expect([await codeOf(ask()), counts.asked, b.refused]).toEqual(['engine_untrusted', 1, 1])
    tap.onRequest = (request) => request
    tap.onAnswer = () => tap.answers[0]!
    expect([await codeOf(ask()), counts.asked, a.refused]).toEqual(['engine_untrusted', 2, 1])
  })

  it('refuses what was kept for longer than maxSkewMs, and says that clocks may differ [C11]', async () => {
    const stage = setStage()
    const { a, b, plain, lines, settle, pass } = stage
    const sent = await recorded(stage, 'tygase.s', () => {
      a.publish('s', bytes('1'))
      a.publish('s', bytes('2'))
    })
    const texts: unknown[] = []
    b.subscribe('s', (message) => texts.push(textOf(message)))
    await pass(290_000)
    const [one, two] = sent.map((sealed) => (): void => plain.publish('tygase.s', sealed))
    one!()
    await pass(10_001)
    two!()
    await settle()
    expect([texts.length, b.refused]).toEqual([1, 1])
    expect(lines.some((line) => line.includes('clocks'))).toBe(true)
  })

  it('logs once a second at most, and counts all', async () => {
    const { b, plain, lines, settle, pass } = setStage()
    b.subscribe('s', () => {})
    await settle()
    for (let sent = 0; sent < 1000; sent++) {
      plain.publish('tygase.s', bytes(`packet ${sent}`))
      await pass(2)
    }
    await settle()
    expect(b.refused).toBe(1000)
    // two seconds, each with the line that counts its other ones
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.length).toBeLessThan(7)
  })

  it('puts a seal on the last words of a process', async () => {
    const { engine, network, sign, b, run, settle } = setStage()
    const own = engine()
    sign({}, own).will!('server.a', bytes('dead'))
    await settle()
    network.kill(own)
    await settle()
    expect(textOf((await run(b.records.get('server.a')))?.value)).toBe('dead')
  })
})

it('hands sockets on as the engine below does', () => {
  const { engine } = virtualStage()
  const sockets = { give: () => {}, take: () => () => {} }
  const signed = signEngine(Object.assign(engine(), { sockets }), { secret, logger: false })
  expect([signed.sockets, signEngine(engine(), { secret }).sockets]).toEqual([sockets, undefined])
})

describe('a forged record', () => {
  /** Writes at the engine below. */
  async function forge({ plain, run }: Stage, key: string, value: string | Uint8Array): Promise<void> {
    const forged = typeof value === 'string' ? bytes(value) : value
    const there = await run(plain.records.get(key))
    if (there === undefined) await run(plain.records.create(key, forged))
    else await run(plain.records.update(key, forged, there.revision))
  }

  it('is refused until no other one has come for quietMs, then counts as not there: it can be made anew', async () => {
    const stage = setStage()
    const { a, codeOf, run, pass } = stage
    await pass(60_000)
    await forge(stage, 'tygase.r', 'forged')
    expect(await codeOf(a.records.get('r'))).toBe('record_forged')
    expect(await codeOf(a.records.create('r', bytes('1')))).toBe('record_forged')
    await pass(29_000)
    // reading it again prolongs nothing
    expect(await codeOf(a.records.get('r'))).toBe('record_forged')
    await pass(1100)
    expect(await run(a.records.get('r'))).toBe(undefined)
    await run(a.records.create('r', bytes('1')))
    expect(textOf((await run(a.records.get('r')))?.value)).toBe('1')
    expect(await codeOf(a.records.create('r', bytes('2')))).toBe('record_conflict')
  })

  it.each([
    ['a message', async (stage: Stage) => stage.plain.publish('tygase.s', bytes('x'))],
    ['a watched record', (stage: Stage) => forge(stage, 'tygase.server.x', `${stage.clock.now()}`)],
    ['another forged record', (stage: Stage) => forge(stage, 'tygase.r', `${stage.clock.now()}`)],
  ] as [string, (stage: Stage) => Promise<void>][])(
    'is refused for as long as servers with another secret are at work: %s shows it',
    async (_, work) => {
      const stage = setStage()
      const { a, codeOf, run, pass } = stage
      a.subscribe('s', () => {})
      a.records.watch('server', () => {})
      await forge(stage, 'tygase.r', 'forged')
      for (let round = 0; round < 10; round++) {
        await work(stage)
        await pass(20_000)
        expect(await codeOf(a.records.create('r', bytes('1')))).toBe('record_forged')
      }
      await pass(31_000)
      expect(await run(a.records.create('r', bytes('1')))).toBeGreaterThan(0)
    },
  )

  it('is refused for quietMs more after the engine was gone: nothing was heard meanwhile', async () => {
    const stage = setStage()
    const { a, network, codeOf, run, pass } = stage
    await forge(stage, 'tygase.r', 'forged')
    expect(await codeOf(a.records.get('r'))).toBe('record_forged')
    network.stop()
    await pass(100_000)
    network.start()
    await pass(100)
    expect(await codeOf(a.records.get('r'))).toBe('record_forged')
    await pass(30_000)
    expect(await run(a.records.get('r'))).toBe(undefined)
  })

  it('is never heard of by a watcher, but as deleted once it counts as not there', async () => {
    const stage = setStage()
    const { a, b, plain, run, pass, settle } = stage
    await run(b.records.create('server.a', bytes('1')))
    await run(b.records.create('server.b', bytes('1')))
    const changes: [string, string | undefined][] = []
    const heard = ({ key, value }: RecordChange): void => void changes.push([key, textOf(value)])
    const off = a.records.watch('server', heard)
    await settle()
    for (const name of ['a', 'b', 'c']) await forge(stage, `tygase.server.${name}`, 'forged')
    await pass(20_000)
    const there = [
      ['server.a', '1'],
      ['server.b', '1'],
    ]
    expect(changes.splice(0).sort()).toEqual(there)
    // one of them is right again
    const { revision } = (await run(plain.records.get('tygase.server.b')))!
    await run(b.records.update('server.b', bytes('2'), revision))
    await pass(11_000)
    const then = [
      ['server.b', '2'],
      ['server.a', undefined],
      ['server.c', undefined],
    ]
    expect(changes.splice(0)).toEqual(then)
    off()
    await forge(stage, 'tygase.server.b', 'forged')
    await pass(60_000)
    expect(changes).toEqual([])
  })

  it('does not make a server act for its room, and does not stop the room for ever [C11]', async () => {
    const stage = setStage()
    const { a, b, clock, plain, codeOf, run, pass } = stage
    const one = await run(joinCluster({ engine: a, clock, logger: false }))
    const two = await run(joinCluster({ engine: b, clock, logger: false }))
    expect(await run(one.claim('arena/1'))).toEqual({ isOwn: true, epoch: 1 })
    const keyOf = (room: string) => `tygase.room.${Buffer.from(room).toString('base64url')}`
    const key = keyOf('arena/1')
    await forge(stage, key, JSON.stringify({ serverId: two.serverId, epoch: 9 }))
    // the server that has the room acts on, and no other one because of what was written
    expect(await codeOf(two.claim('arena/1'))).toBe('record_forged')
    expect([one.epochOf('arena/1'), two.epochOf('arena/1')]).toEqual([1, undefined])
    // nor because of a right record of another room
    await run(two.claim('arena/2'))
    await forge(stage, key, (await run(plain.records.get(keyOf('arena/2'))))!.value)
    expect(await codeOf(two.claim('arena/1'))).toBe('record_forged')
    await run(one.leave())
    await pass(31_000)
    expect(await run(two.claim('arena/1'))).toEqual({ isOwn: true, epoch: 1 })
  })

  it('in the place of the record of a server ends that server, and its rooms go on elsewhere', async () => {
    const stage = setStage()
    const { a, b, clock, codeOf, run, pass } = stage
    const one = await run(joinCluster({ engine: a, clock, logger: false }))
    const two = await run(joinCluster({ engine: b, clock, logger: false }))
    await run(one.claim('arena/1'))
    await forge(stage, `tygase.server.${one.serverId}`, 'forged')
    await pass(8000)
    expect([one.mayAct, one.isOver, two.mayAct]).toEqual([false, false, true])
    await pass(40_000)
    expect(one.isOver).toBe(true)
    // the room names a server without a record: it is waited for, then buried
    await codeOf(two.claim('arena/1'))
    await pass(15_000)
    expect(await run(two.claim('arena/1'))).toEqual({ isOwn: true, epoch: 2 })
  })
})
