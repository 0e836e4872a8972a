import { EventEmitter } from 'node:events'
import { VirtualClock } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import { type EndSignal, endGracefully, type GracefulOptions } from '../src/gracefully.js'
import { Server } from '../src/index.js'
import { gracefully } from '../src/process.js'
import { field, LogBook } from './support/stage.js'

class FakeProcess extends EventEmitter {
  readonly codes: number[] = []

  exit(code: number): void {
    this.codes.push(code)
  }
}

/** A server that ends at a command, and all that happens, in order. */
function setEnd(options: GracefulOptions = {}, shutdown?: () => Promise<void>) {
  const clock = new VirtualClock()
  const process = new FakeProcess()
  const told: string[] = []
  const log = new LogBook()
  const server = {
    shutdown: (given: object = {}) => {
      told.push(`server ${JSON.stringify(given)}`)
      return shutdown?.() ?? Promise.resolve()
    },
  }
  const takeOff = endGracefully(server, { logger: log, ...options }, { process, clock })
  const send = (signal: EndSignal): Promise<void> => {
    process.emit(signal)
    return settle()
  }
  return { clock, process, told, log, takeOff, send }
}

/** All promises that follow from one another without waiting for anything else have settled. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

const never = (): Promise<void> => new Promise(() => {})

test('a signal ends the server, then the rest in order, then the process', async () => {
  const told: string[] = []
  const tasks = { shutdown: async () => void told.push('tasks') }
  const storage = { close: async () => void told.push('storage') }
  const stage = setEnd({ after: [tasks, () => void told.push('function'), storage], drainMs: 200 })
  expect(stage.told).toEqual([])
  await stage.send('SIGTERM')
  expect(stage.told).toEqual([
    'server {"reason":"the server restarts","endSessions":true,"handOver":true,"drainMs":200}',
  ])
  expect(told).toEqual(['tasks', 'function', 'storage'])
  expect(stage.process.codes).toEqual([0])
  expect(stage.log.infos).toEqual(['SIGTERM: the server ends; once more ends it at once'])
  stage.clock.advance(60_000)
  expect([stage.process.codes, stage.log.errors]).toEqual([[0], []])
})

test('nothing else begins before the server has ended', async () => {
  let end = (): void => {}
  let closed = 0
  const stage = setEnd(
    { after: [() => void closed++] },
    () =>
      new Promise((resolve) => {
        end = resolve
      }),
  )
  await stage.send('SIGINT')
  expect([closed, stage.process.codes]).toEqual([0, []])
  end()
  await settle()
  expect([closed, stage.process.codes]).toEqual([1, [0]])
})

test.each([
  [
    'throws',
    () => {
      throw new Error('broken')
    },
  ],
  ['rejects', () => Promise.reject(new Error('broken'))],
])('what %s is logged, the rest ends all the same, and the code is 1', async (_, broken) => {
  let closed = 0
  const stage = setEnd({ after: [broken, { close: () => void closed++ }] }, () => Promise.reject(new Error('no disk')))
  await stage.send('SIGTERM')
  expect([closed, stage.process.codes]).toEqual([1, [1]])
  expect(stage.log.errors).toEqual(['a part of the end failed', 'a part of the end failed'])
})

test('an end that takes too long is given up, with a word', async () => {
  const stage = setEnd({ timeoutMs: 5000 }, never)
  await stage.send('SIGTERM')
  stage.clock.advance(4999)
  expect(stage.process.codes).toEqual([])
  stage.clock.advance(1)
  expect(stage.process.codes).toEqual([1])
  expect(stage.log.errors).toEqual(['the end took too long, so something may not be saved'])
})

test('a second signal ends the process at once, but one Ctrl-C that comes twice does not', async () => {
  const stage = setEnd({}, never)
  await stage.send('SIGINT')
  stage.clock.advance(499)
  await stage.send('SIGINT')
  expect(stage.process.codes).toEqual([])
  stage.clock.advance(1)
  await stage.send('SIGINT')
  await stage.send('SIGTERM')
  expect(stage.process.codes).toEqual([130, 143])
  expect(stage.told.length).toBe(1)
})

test('only the signals that were asked for end it, and none after the listeners were taken away', async () => {
  const stage = setEnd({ signals: ['SIGHUP'] })
  await stage.send('SIGTERM')
  expect(stage.told).toEqual([])
  stage.takeOff()
  await stage.send('SIGHUP')
  expect([stage.told, stage.process.eventNames()]).toEqual([[], []])
})

test.each<[GracefulOptions | object, string]>([
  [{ later: [] }, "gracefully has no option 'later'"],
  [{ after: {} }, 'after is a list'],
  [{ after: [{}] }, 'after is a list'],
  [{ after: [null] }, 'after is a list'],
  [{ timeoutMs: 0 }, 'timeoutMs is a number'],
  [{ signals: ['SIGKILL'] }, 'signals is a list of SIGINT, SIGTERM, SIGHUP, not SIGKILL'],
])('options such as %j are refused', (options, words) => {
  expect(() => setEnd(options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  expect(() => setEnd(options)).toThrow(words)
})

test('the real process gets a listener for each signal', () => {
  const count = (): number => process.listenerCount('SIGHUP')
  const before = count()
  const takeOff = gracefully(new Server({ game: field, logger: false }), { signals: ['SIGHUP'] })
  expect(count()).toBe(before + 1)
  takeOff()
  expect(count()).toBe(before)
})
