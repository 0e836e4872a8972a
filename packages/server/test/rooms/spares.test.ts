import { VirtualClock } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import type { ClientLink } from '../../src/clients/client-link.js'
import { openSpares, type SpareOptions } from '../../src/rooms/spares.js'

interface Question {
  readonly id: string
  readonly atMs: number
  onAck(answer: unknown): void
  onFail(): void
}

/** Clients that are asked, and answer when the test says so. */
function setUp(count: number, given: Partial<SpareOptions> = {}) {
  const clock = new VirtualClock()
  const errors: string[] = []
  const logger = { debug() {}, info() {}, warn() {}, error: (_: object, message: string) => void errors.push(message) }
  const links = Array.from({ length: count }, (_, index) => ({
    ...{ id: `c${index}`, address: { host: `10.0.0.${index}`, port: 1 } },
    transport: {} as object | undefined,
  }))
  const questions: Question[] = []
  const written: string[] = []
  const room = {
    links: { joined: new Map(links.map((link) => [link.id, link])) },
    out: {
      send([link]: readonly ClientLink[], { onAck, onFail }: Parameters<SpareOptions['rooms'][0]['out']['send']>[1]) {
        questions.push({
          ...{ id: link!.id, atMs: clock.now() },
          onAck: (answer) => onAck?.(link!, answer),
          onFail: () => onFail?.(link!, undefined as never),
        })
      },
    },
    loop: { writeSoon: ({ id }: ClientLink) => void written.push(id) },
  }
  const state = { isAwaited: true, endedAtMs: undefined as number | undefined }
  const ended = openSpares({
    ...{ clock, logger, handshakeTimeoutMs: 2000, mayWait: () => true, isAwaited: () => state.isAwaited },
    // reason: the parts of links and rooms that are used
    rooms: [room] as unknown as SpareOptions['rooms'],
    ...given,
  }).then(() => {
    state.endedAtMs = clock.now()
  })
  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms)
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  }
  return { clock, links, questions, written, state, ended, advance, errors }
}

test('nobody is asked if no process waits', async () => {
  const { questions, ended, clock } = setUp(3, { isAwaited: () => false })
  await ended
  expect([questions.length, clock.pending]).toEqual([0, 0])
})

test('clients are asked in groups, and all are done when each has answered', async () => {
  const { questions, written, state, advance, clock } = setUp(20)
  await advance(60)
  expect(questions.length).toBe(8)
  await advance(40)
  expect(questions.length).toBe(20)
  expect(written).toEqual(questions.map(({ id }) => id))
  for (const question of questions.slice(1)) question.onAck(true)
  await advance(100)
  expect(state.endedAtMs).toBeUndefined()
  questions[0]!.onFail()
  await advance(20)
  expect(state.endedAtMs).toBe(220)
  expect(clock.pending).toBe(0)
})

test('a client that has lost its transport is not waited for, one that still has it is', async () => {
  const { links, questions, state, advance } = setUp(2)
  await advance(60)
  expect(questions.length).toBe(2)
  links[0]!.transport = undefined
  await advance(60)
  expect(state.endedAtMs).toBeUndefined()
  questions[1]!.onAck(true)
  await advance(20)
  expect(state.endedAtMs).toBeLessThanOrEqual(140)
})

test('many clients are asked within 0.8 s', async () => {
  const { questions, advance } = setUp(4000)
  await advance(860)
  expect(questions.length).toBe(4000)
})

test('one that cannot open a transport is asked three times in all', async () => {
  const { questions, state, advance } = setUp(1)
  for (let asks = 1; asks <= 3; asks++) {
    await advance(130)
    expect(questions.length).toBe(asks)
    questions.at(-1)!.onAck(false)
  }
  await advance(130)
  expect([questions.length, state.endedAtMs !== undefined]).toEqual([3, true])
})

test.each([
  [2000, 1200],
  [10_000, 2000],
])(
  'one that does not answer is waited for no longer than the next process waits for hellos: %i ms',
  async (handshakeTimeoutMs, mostMs) => {
    const { state, advance } = setUp(1, { handshakeTimeoutMs })
    await advance(mostMs - 20)
    expect(state.endedAtMs).toBeUndefined()
    await advance(40)
    expect(state.endedAtMs).toBeDefined()
  },
)

test('one that has lost its transport, is suspended, or may not wait there, is not waited for', async () => {
  const { links, questions, state, advance } = setUp(3, { mayWait: (host) => host !== '10.0.0.2' })
  await advance(60)
  expect(questions.map(({ id }) => id)).toEqual(['c0', 'c1'])
  for (const link of links) link.transport = undefined
  await advance(40)
  expect(state.endedAtMs).toBeDefined()
})

test('the end of the process that waits ends the waiting', async () => {
  const { questions, state, advance } = setUp(3)
  await advance(60)
  expect(questions.length).toBe(3)
  state.isAwaited = false
  await advance(20)
  expect(state.endedAtMs).toBe(80)
})
