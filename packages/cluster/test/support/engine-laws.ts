import { createRandom } from '@tygase/gamestate'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Engine, RecordChange } from '../../src/engine.js'

/** A service, empty at first, and engines that are connected to it. */
export interface EngineStage {
  /** Makes an engine that is connected, with `logger: false`. */
  connect(): Promise<Engine>
  /** Waits for a promise of an engine. In virtual time it moves the clock. */
  run<Value>(promise: Promise<Value>): Promise<Value>
  /** Waits until it is true. */
  until(condition: () => boolean): Promise<void>
  /** Waits until all that is under way has arrived. */
  settle(): Promise<void>
  /** Stops and starts the service; left out if it cannot be without its engines. `meanwhile` runs while it stands. */
  restart?(meanwhile: () => Promise<void>): Promise<void>
  /** Most bytes of a message or record. Default: 512 KiB. */
  readonly maxBytes?: number
  /** Closes all engines and the service. */
  close(): Promise<void>
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : new TextDecoder().decode(value)

const badNames: [what: string, name: unknown][] = [
  ['an empty text', ''],
  ['no text', 7],
  ['a space', 'a b'],
  ['a wildcard', 'a.*'],
  ['an empty token', 'a..b'],
  ['a dot at its end', 'a.'],
  ['a line end', 'a\n'],
  ['201 characters', 'a'.repeat(201)],
]

/** What every engine keeps to. @param open is called for each law */
export function engineLaws(name: string, open: () => Promise<EngineStage>): void {
  describe(name, () => {
    let stage: EngineStage
    let a: Engine
    let b: Engine

    beforeEach(async () => {
      stage = await open()
      a = await stage.connect()
      b = await stage.connect()
    })
    afterEach(() => stage.close())

    const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
      stage.run(
        promise.then(
          () => 'no error',
          (error) => error.code,
        ),
      )

    /** All that a watcher hears, and the records that it makes of it. */
    function watched(engine: Engine, prefix: string) {
      const changes: RecordChange[] = []
      const records: Record<string, string | undefined> = {}
      const off = engine.records.watch(prefix, (change) => {
        changes.push(change)
        if (change.value === undefined) delete records[change.key]
        else records[change.key] = textOf(change.value)
      })
      return { changes, records, off }
    }

    /** The texts that arrive. */
    function heard(engine: Engine, subject: string) {
      const texts: (string | undefined)[] = []
      return { texts, off: engine.subscribe(subject, (message) => texts.push(textOf(message))) }
    }

    describe('records', () => {
      test('are read as they were written, by every engine', async () => {
        const value = Uint8Array.of(0, 255, 10, 13)
        const creating = a.records.create('room.x', value)
        value[0] = 9
        const revision = await stage.run(creating)
        expect(await stage.run(b.records.get('room.x'))).toMatchObject({ key: 'room.x', revision })
        expect([...(await stage.run(b.records.get('room.x')))!.value]).toEqual([0, 255, 10, 13])
        expect(await stage.run(b.records.get('room'))).toBe(undefined)
        await stage.run(a.records.create('empty', new Uint8Array()))
        expect((await stage.run(b.records.get('empty')))?.value.length).toBe(0)
      })

      test('are made once, and changed and deleted only at the revision that is expected', async () => {
        const first = await stage.run(a.records.create('r', bytes('1')))
        expect(await codeOf(b.records.create('r', bytes('2')))).toBe('record_conflict')
        const second = await stage.run(b.records.update('r', bytes('2'), first))
        expect(await codeOf(a.records.update('r', bytes('3'), first))).toBe('record_conflict')
        expect(await codeOf(a.records.delete('r', first))).toBe('record_conflict')
        expect(await codeOf(a.records.update('none', bytes('3'), second))).toBe('record_conflict')
        expect(textOf((await stage.run(a.records.get('r')))?.value)).toBe('2')
        await stage.run(a.records.delete('r', second))
        expect(await stage.run(b.records.get('r'))).toBe(undefined)
        expect(await codeOf(a.records.delete('r', second))).toBe('record_conflict')
      })

      test('have revisions that grow, also over a deletion', async () => {
        const revisions = [await stage.run(a.records.create('r', bytes('1')))]
        revisions.push(await stage.run(a.records.update('r', bytes('2'), revisions[0]!)))
        await stage.run(b.records.delete('r', revisions[1]!))
        revisions.push(await stage.run(b.records.create('r', bytes('3'))))
        expect(revisions).toEqual([...new Set(revisions)].sort((one, other) => one - other))
        for (const old of revisions.slice(0, 2)) {
          expect(await codeOf(a.records.update('r', bytes('4'), old))).toBe('record_conflict')
        }
      })

      test('have one winner of many that write at once', async () => {
        const creating = [a, b, a, b, b].map((engine, index) => engine.records.create('r', bytes(`${index}`)))
        const created = await stage.run(Promise.allSettled(creating))
        const winners = created.filter(({ status }) => status === 'fulfilled')
        expect(winners.length).toBe(1)
        const { value: revision } = winners[0] as PromiseFulfilledResult<number>
        const updating = [b, a, a, b].map((engine, index) => engine.records.update('r', bytes(`u${index}`), revision))
        const updated = await stage.run(Promise.allSettled(updating))
        expect(updated.filter(({ status }) => status === 'fulfilled').length).toBe(1)
        const place = updated.findIndex(({ status }) => status === 'fulfilled')
        expect(textOf((await stage.run(a.records.get('r')))?.value)).toBe(`u${place}`)
      })

      test('count right if each engine adds by compare-and-swap until it succeeds', async () => {
        await stage.run(a.records.create('count', bytes('0')))
        const add = async (engine: Engine): Promise<void> => {
          for (let added = 0; added < 10; ) {
            const record = await engine.records.get('count')
            const next = bytes(`${Number(textOf(record!.value)) + 1}`)
            await engine.records.update('count', next, record!.revision).then(
              () => added++,
              (error) => expect(error.code).toBe('record_conflict'),
            )
          }
        }
        await stage.run(Promise.all([a, b, a].map(add)))
        expect(textOf((await stage.run(b.records.get('count')))?.value)).toBe('30')
      })

      test('are as a model says after random calls', async () => {
        const random = createRandom(16)
        const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!
        const model = new Map<string, { value: string; revision: number }>()
        const b1 = watched(b, 'm')
        for (let call = 0; call < 60; call++) {
          const key = `m.${pick(['a', 'b', 'c'])}`
          const { records } = pick([a, b])
          const known = model.get(key)
          const expected = random() < 0.8 ? (known?.revision ?? 1) : (pick([...model.values()])?.revision ?? 1)
          const isRight = expected === known?.revision
          const kind = pick(['create', 'update', 'update', 'delete'] as const)
          const value = `${call}`
          if (kind === 'create') {
            const made = await stage.run(records.create(key, bytes(value)).catch((error) => error.code))
            if (known !== undefined) expect(made).toBe('record_conflict')
            else model.set(key, { value, revision: made })
          } else if (kind === 'update') {
            const made = await stage.run(records.update(key, bytes(value), expected).catch((error) => error.code))
            if (isRight) model.set(key, { value, revision: made })
            else expect(made).toBe('record_conflict')
          } else {
            expect(await codeOf(records.delete(key, expected))).toBe(isRight ? 'no error' : 'record_conflict')
            if (isRight) model.delete(key)
          }
        }
        const last = Object.fromEntries([...model].map(([key, { value }]) => [key, value]))
        await stage.until(() => JSON.stringify(sorted(b1.records)) === JSON.stringify(sorted(last)))
      })
    })

    describe('a watcher', () => {
      test('hears what is there, then each change and deletion, under whole tokens of its prefix', async () => {
        await stage.run(a.records.create('server.a', bytes('1')))
        await stage.run(a.records.create('servers.b', bytes('1')))
        const seen = watched(b, 'server')
        await stage.until(() => seen.records['server.a'] === '1')
        const revision = await stage.run(b.records.create('server.c.d', bytes('2')))
        await stage.until(() => seen.records['server.c.d'] === '2')
        await stage.run(a.records.update('server.c.d', bytes('3'), revision))
        await stage.until(() => seen.records['server.c.d'] === '3')
        const { revision: first } = (await stage.run(a.records.get('server.a')))!
        await stage.run(a.records.delete('server.a', first))
        await stage.until(() => seen.records['server.a'] === undefined)
        expect(seen.records).toEqual({ 'server.c.d': '3' })
        expect(seen.changes.filter(({ key }) => key.startsWith('servers'))).toEqual([])
      })

      test('has the last version of each record once writes have stopped, and none goes back', async () => {
        const seen = [watched(a, 'w'), watched(b, 'w')]
        const write = async (engine: Engine, key: string): Promise<void> => {
          let revision = await engine.records.create(key, bytes('0'))
          for (let count = 1; count <= 8; count++) {
            revision = await engine.records.update(key, bytes(`${count}`), revision)
          }
        }
        await stage.run(Promise.all([write(a, 'w.1'), write(b, 'w.2'), write(a, 'w.3')]))
        for (const { records, changes } of seen) {
          await stage.until(() => JSON.stringify(sorted(records)) === '{"w.1":"8","w.2":"8","w.3":"8"}')
          for (const key of ['w.1', 'w.2', 'w.3']) {
            const revisions = changes.filter((change) => change.key === key).map(({ revision }) => revision)
            expect(revisions).toEqual([...new Set(revisions)].sort((one, other) => one - other))
          }
        }
      })

      test('that has ended hears nothing, and one that throws hears on and stops no other', async () => {
        const ended = watched(a, 'k')
        const calls: string[] = []
        a.records.watch('k', ({ key }) => {
          calls.push(key)
          throw new Error('of a test')
        })
        const other = watched(a, 'k')
        await stage.settle()
        ended.off()
        await stage.run(b.records.create('k.1', bytes('1')))
        await stage.run(b.records.create('k.2', bytes('1')))
        await stage.until(() => other.changes.length === 2 && calls.length === 2)
        expect(ended.changes).toEqual([])
      })
    })

    describe('a message', () => {
      test('reaches each subscriber of its subject once, its own engine included, and no other', async () => {
        const c = await stage.connect()
        const listeners = [heard(a, 'news.a'), heard(b, 'news.a'), heard(b, 'news.a')]
        const others = [heard(a, 'news'), heard(c, 'news.b'), heard(b, 'news.a.x')]
        await stage.settle()
        a.publish('news.a', bytes('1'))
        b.publish('news.a', bytes('2'))
        c.publish('news.a', bytes('3'))
        for (const { texts } of listeners) await stage.until(() => texts.length === 3)
        await stage.settle()
        expect(listeners.map(({ texts }) => [...texts].sort())).toEqual(listeners.map(() => ['1', '2', '3']))
        expect(others.map(({ texts }) => texts)).toEqual([[], [], []])
      })

      test('reaches no subscriber that has ended, and one that throws hears on and stops no other', async () => {
        const ended = heard(b, 's')
        let calls = 0
        b.subscribe('s', () => {
          calls++
          throw new Error('of a test')
        })
        const other = heard(b, 's')
        await stage.settle()
        ended.off()
        ended.off()
        a.publish('s', bytes('1'))
        a.publish('s', bytes('2'))
        await stage.until(() => other.texts.length === 2)
        expect([ended.texts, calls]).toEqual([[], 2])
      })

      test('keeps its bytes, whatever its sender does with them later', async () => {
        const { texts } = heard(b, 's')
        await stage.settle()
        const sent = bytes('before')
        a.publish('s', sent)
        sent.fill(0)
        await stage.until(() => texts.length === 1)
        expect(texts).toEqual(['before'])
      })
    })

    describe('a request', () => {
      const ask = (engine: Engine, subject: string, text = '', timeoutMs = 20_000): Promise<string | undefined> =>
        engine.request(subject, bytes(text), { timeoutMs }).then(textOf)

      test('gets the answer of a responder, at once or later, and each its own', async () => {
        a.respond('now', (request) => bytes(`now ${textOf(request)}`))
        a.respond('later', async (request) => bytes(`later ${textOf(request)}`))
        await stage.settle()
        const asked = ['now', 'later', 'now', 'later'].map((subject, index) =>
          [a, b][index % 2]!.request(subject, bytes(`${index}`), { timeoutMs: 20_000 }),
        )
        expect((await stage.run(Promise.all(asked))).map(textOf)).toEqual(['now 0', 'later 1', 'now 2', 'later 3'])
      })

      test('is taken by one of several responders', async () => {
        const taken: string[] = []
        for (const [index, engine] of [a, b, await stage.connect()].entries()) {
          engine.respond('job', (request) => {
            taken.push(textOf(request)!)
            return bytes(`by ${index}`)
          })
        }
        await stage.settle()
        const asked = await stage.run(
          Promise.all([...Array(12).keys()].map((n) => a.request('job', bytes(`${n}`), { timeoutMs: 20_000 }))),
        )
        await stage.settle()
        expect(asked.map((answer) => /^by [012]$/.test(textOf(answer)!))).toEqual(Array(12).fill(true))
        expect(taken.map(Number).sort((one, other) => one - other)).toEqual([...Array(12).keys()])
      })

      test('fails with a code: nobody responds, no longer, too late, or with an error', async () => {
        expect(await codeOf(ask(b, 'none'))).toBe('engine_no_responder')
        const off = a.respond('gone', (request) => request)
        a.respond('never', () => new Promise<Uint8Array>(() => {}))
        a.respond('throws', () => {
          throw new Error('of a test')
        })
        a.respond('rejects', () => Promise.reject(new Error('of a test')))
        a.respond('large', () => new Uint8Array(600_000))
        await stage.settle()
        expect(await stage.run(ask(b, 'gone', 'x'))).toBe('x')
        off()
        off()
        await stage.settle()
        expect(await codeOf(ask(b, 'gone'))).toBe('engine_no_responder')
        expect(await codeOf(ask(b, 'never', '', 50))).toBe('engine_timeout')
        for (const subject of ['throws', 'rejects', 'large']) {
          expect([subject, await codeOf(ask(b, subject))]).toEqual([subject, 'responder_failed'])
        }
      })
    })

    describe('a call', () => {
      test.each(badNames)('refuses %s as a subject, key or prefix', async (_, bad) => {
        const text = bad as string
        for (const call of [
          () => a.publish(text, bytes('')),
          () => a.subscribe(text, () => {}),
          () => a.respond(text, (request) => request),
          () => a.records.watch(text, () => {}),
        ]) {
          expect(call).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
        }
        expect(await codeOf(a.request(text, bytes(''), { timeoutMs: 1000 }))).toBe('invalid_argument')
        expect(await codeOf(a.records.create(text, bytes('')))).toBe('invalid_argument')
        expect(await codeOf(a.records.update(text, bytes(''), 1))).toBe('invalid_argument')
        expect(await codeOf(a.records.delete(text, 1))).toBe('invalid_argument')
        expect(await codeOf(a.records.get(text))).toBe('invalid_argument')
      })

      test('takes 512 KiB, less what a seal needs, and refuses more', async () => {
        const most = new Uint8Array(stage.maxBytes ?? 512 * 1024).fill(7)
        const { revision } = { revision: await stage.run(a.records.create('most', most)) }
        expect((await stage.run(b.records.get('most')))?.value.length).toBe(most.length)
        const more = new Uint8Array(most.length + 1)
        expect(() => a.publish('s', more)).toThrow(expect.objectContaining({ code: 'engine_too_large' }))
        expect(await codeOf(a.request('s', more, { timeoutMs: 1000 }))).toBe('engine_too_large')
        expect(await codeOf(a.records.create('more', more))).toBe('engine_too_large')
        expect(await codeOf(a.records.update('most', more, revision))).toBe('engine_too_large')
      })

      test('of an engine that is closed, or is closed meanwhile, fails with engine_closed; others go on', async () => {
        b.respond('never', () => new Promise<Uint8Array>(() => {}))
        const own = heard(a, 's')
        const other = heard(b, 's')
        await stage.settle()
        const asked = a.request('never', bytes(''), { timeoutMs: 60_000 }).catch((error) => error.code)
        await stage.run(a.close())
        expect(await stage.run(asked)).toBe('engine_closed')
        await stage.run(a.close())
        expect(a.isConnected).toBe(false)
        expect(() => a.publish('s', bytes('1'))).toThrow(expect.objectContaining({ code: 'engine_closed' }))
        expect(() => a.subscribe('s', () => {})).toThrow(expect.objectContaining({ code: 'engine_closed' }))
        expect(await codeOf(a.records.create('r', bytes('1')))).toBe('engine_closed')
        expect(await codeOf(a.records.get('r'))).toBe('engine_closed')
        b.publish('s', bytes('2'))
        await stage.until(() => other.texts.length === 1)
        expect(own.texts).toEqual([])
      })
    })

    test('after a restart of the service all goes on by itself: records, watches, subscriptions and responders', async () => {
      if (stage.restart === undefined) return expect(a.isConnected).toBe(true)
      const connections: boolean[] = []
      a.onConnection((isConnected) => connections.push(isConnected))
      a.onConnection(() => {
        throw new Error('of a test')
      })
      const off = a.onConnection(() => connections.push(true, true))
      off()
      const { texts } = heard(a, 's')
      a.respond('echo', (request) => request)
      const revision = await stage.run(b.records.create('k.1', bytes('1')))
      const seen = watched(a, 'k')
      await stage.until(() => seen.records['k.1'] === '1')
      await stage.restart(async () => {
        await stage.until(() => !a.isConnected && !b.isConnected)
        expect(await codeOf(a.records.create('k.0', bytes('0')))).toBe('engine_disconnected')
        expect(await codeOf(a.request('echo', bytes(''), { timeoutMs: 100 }))).toBe('engine_disconnected')
        a.publish('s', bytes('dropped'))
      })
      await stage.until(() => a.isConnected && b.isConnected)
      expect(connections).toEqual([false, true])
      await stage.run(b.records.update('k.1', bytes('2'), revision))
      await stage.until(() => seen.records['k.1'] === '2')
      await stage.settle()
      b.publish('s', bytes('after'))
      await stage.until(() => texts.length > 0)
      expect(textOf(await stage.run(b.request('echo', bytes('x'), { timeoutMs: 20_000 })))).toBe('x')
      expect(texts).toEqual(['after'])
      expect(seen.records).toEqual({ 'k.1': '2' })
    })
  })
}

function sorted(records: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(records).sort())
}
