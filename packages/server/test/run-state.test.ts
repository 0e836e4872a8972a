import { expect, test } from 'vitest'
import { RunState } from '../src/run-state.js'

/** A server that writes down what is done to it, and takes as long as a test wants. */
function setUp() {
  const state = new RunState()
  const log: string[] = []
  const waiting: (() => void)[] = []
  const step = (name: string) => (): Promise<void> => {
    log.push(`${name}, ${state.running ? 'running' : 'not running'}`)
    return new Promise((resolve) => waiting.push(resolve))
  }
  const begin = (): void => void log.push(`begin, ${state.running ? 'running' : 'not running'}`)
  /** Lets the oldest step that waits end. */
  const go = async (): Promise<void> => {
    waiting.shift()?.()
    for (let i = 0; i < 5; i++) await Promise.resolve()
  }
  return { state, log, go, run: () => state.run(step('open'), begin), shutdown: () => state.shutdown(step('stop')) }
}

test('a server runs when it has opened, and not any more as soon as it is shut down', async () => {
  const { state, log, go, run, shutdown } = setUp()
  const started = run()
  expect(state.running).toBe(false)
  await go()
  await started
  const stopped = shutdown()
  expect(state.running).toBe(false)
  await go()
  await stopped
  expect(log).toEqual(['open, not running', 'begin, running', 'stop, not running'])
})

test.each([
  ['starts', false],
  ['runs', true],
])('a server that %s cannot be run once more', async (_, hasOpened) => {
  const { go, run } = setUp()
  const started = run()
  if (hasOpened) await go()
  await expect(run()).rejects.toMatchObject({ code: 'already_running' })
  await go()
  await started
})

test('a shutdown waits for the start, and a start for the shutdown', async () => {
  const { state, log, go, run, shutdown } = setUp()
  void run()
  const stopped = shutdown()
  await go()
  const again = run()
  await go()
  await stopped
  await go()
  await again
  expect(state.running).toBe(true)
  expect(log).toEqual([
    'open, not running',
    'begin, running',
    'stop, not running',
    'open, not running',
    'begin, running',
  ])
})

test('two shutdowns wait for the same end, and a shutdown of an idle server does nothing', async () => {
  const { log, go, run, shutdown } = setUp()
  await shutdown()
  void run()
  await go()
  const both = Promise.all([shutdown(), shutdown()])
  await go()
  await both
  expect(log).toEqual(['open, not running', 'begin, running', 'stop, not running'])
})

test('a server that could not open rejects, may be shut down, and may be run again', async () => {
  const { state, go, run, shutdown } = setUp()
  const failed = state.run(
    () => Promise.reject(new Error('port in use')),
    () => {},
  )
  const stopped = shutdown()
  await expect(failed).rejects.toThrow('port in use')
  await stopped
  const started = run()
  await go()
  await started
  expect(state.running).toBe(true)
})

test('a server that fails to stop is not running all the same, and may be run again', async () => {
  const { state, go, run } = setUp()
  const started = run()
  await go()
  await started
  await expect(state.shutdown(() => Promise.reject(new Error('stuck')))).rejects.toThrow('stuck')
  const again = run()
  await go()
  await again
  expect(state.running).toBe(true)
})

test('a server that has nothing to open runs within the call', () => {
  const { state, log } = setUp()
  void state.run(
    () => undefined,
    () => log.push('begin'),
  )
  expect([state.running, log]).toEqual([true, ['begin']])
})
