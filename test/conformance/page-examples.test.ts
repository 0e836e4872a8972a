import { EntityMap, encodeDelta, GameStateStore, transact } from '@tygase/gamestate'
import { expect, test } from 'vitest'
import { decodeDelta, decodePayload, type Message, PacketDecoder, type Side } from './decoder/index.js'
import { fromHex, hexBlocks, quotes, tableUnder } from './support/page.js'
import { plain } from './support/plain.js'

const attempt = fromHex('01 02 03 04 05 06 07 08')
const token = fromHex('aa bb cc dd')

function runs(count: number): { type: string; count: number }[] {
  return Array.from({ length: count }, (_, index) => ({ type: index % 2 === 0 ? 'done' : 'lost', count: 1 }))
}

/** What a block of bytes on the page says, and what has to be known to read it. */
interface Reading {
  readonly heading: string
  readonly from?: Side
  /** Packets that come before it on the same reliable transport. */
  readonly after?: readonly string[]
  readonly names?: readonly string[]
  /** The message of the block, or its messages. */
  readonly says: object
}

const hello = '01 54 79 47 61 06 00 01 02 03 04 05 06 07 08 00 00 00 00 00 40 8f 40 08 2f 74 61 67 00 00'

/** What each hello of the page says. */
const greeting = { kind: 'hello', version: 6, attempt, clock: 1000, path: '/tag' }

const packets: Reading[] = [
  {
    heading: 'HELLO',
    from: 'client',
    says: {
      ...greeting,
      receivedThrough: 0,
      credentials: new Uint8Array(),
    },
  },
  {
    heading: 'HELLO',
    from: 'client',
    says: {
      ...greeting,
      resume: { clientId: 'ada', token },
      heldVersion: 300,
      receivedThrough: 5,
      credentials: fromHex('2a'),
    },
  },
  {
    heading: 'HELLO',
    from: 'client',
    says: {
      ...greeting,
      rejoin: { clientId: 'ada', token },
      receivedThrough: 0,
      credentials: new Uint8Array(),
    },
  },
  {
    heading: 'WELCOME',
    says: {
      kind: 'newWelcome',
      attempt,
      clientId: 'ada',
      token,
      clock: 0.5,
      keepAliveMs: 1000,
      idleTimeoutMs: 5000,
      graceMs: 30000,
      maxPacketBytes: 1048576,
      maxEventsPerPacket: 2048,
      maxEventBytes: 65536,
      maxPayloadDepth: 32,
      maxPayloadElements: 65536,
      maxPayloadStringBytes: 65536,
      names: ['move', 'shout'],
      payload: fromHex('c0'),
    },
  },
  { heading: 'WELCOME', says: { kind: 'welcome', attempt, clock: 0.5, receivedThrough: 7 } },
  { heading: 'REFUSE and CLOSE', says: { kind: 'refuse', code: 'refused', reason: 'no game here' } },
  { heading: 'REFUSE and CLOSE', says: { kind: 'close', code: 'shutdown', reason: 'bye' } },
  { heading: 'STATE', says: { kind: 'state', version: 300, base: 298, payload: fromHex('01 02') } },
  { heading: 'HAVE', from: 'client', after: [hello], says: { kind: 'have', version: 300 } },
  {
    heading: 'EVENT',
    after: ['17 29 00 00'],
    names: ['move', 'shout'],
    says: { kind: 'event', sequence: 42, name: 'move' },
  },
  {
    heading: 'EVENT',
    says: {
      kind: 'event',
      sequence: 300,
      minVersion: 200,
      origin: { sequence: 130, n: 2 },
      name: 'hi',
      payload: fromHex('c3'),
    },
  },
  {
    heading: 'EVENT',
    from: 'client',
    after: [hello],
    names: ['move', 'shout'],
    says: { kind: 'event', sequence: 300, tick: 812, seenEighths: 29, name: 'move', payload: fromHex('c3') },
  },
  { heading: 'FLOOR', says: { kind: 'floor', floor: 300, resolved: 298 } },
  { heading: 'ACK', after: ['18 02 01'], says: { kind: 'ack', start: 2, runs: [{ type: 'done', count: 1 }] } },
  {
    heading: 'ACK',
    says: {
      kind: 'ack',
      start: 300,
      runs: [
        { type: 'done', count: 40 },
        { type: 'skip', count: 2 },
        {
          type: 'outcomes',
          count: 2,
          outcomes: [{ returned: fromHex('c3 c2') }, { code: 'poor', message: 'no' }],
        },
        { type: 'lost', count: 3 },
      ],
    },
  },
  { heading: 'ACK', after: ['18 02 25'], says: { kind: 'ack', start: 9, runs: runs(16) } },
  {
    heading: 'ARRIVAL',
    says: [
      { kind: 'ack', start: 1, runs: [{ type: 'done', count: 20 }] },
      { kind: 'arrival', sequence: 20, early: 4 },
      { kind: 'arrival', sequence: 2, early: -3 },
    ],
  },
  { heading: 'TIME', says: { kind: 'time', time: 10000, echo: 9000, held: 50 } },
]

interface Field {
  rows: EntityMap<{ x: number; vx: number; name: string }>
}

const ids = ['p0', 'p1', 'p2']

/** The blocks of the part on payloads. */
const payloads = [
  { heading: 'Payloads', says: { dx: 1, dy: 0 } },
  { heading: 'Payloads', says: [{ x: 1 }, { x: 2 }] },
]

/** The blocks of the part on deltas: each is one delta, with or without a base. */
const deltas: { heading: string; base?: unknown; says: unknown }[] = [
  { heading: 'Values', says: { hp: 100, at: [1, 2] } },
  { heading: 'Changes', base: '13 02 02 6e 12 03 41 42 43 02 74 81 61', says: { n: [2, 3, 4], t: 'a' } },
  { heading: 'An example', says: [0, 1, 2] },
  { heading: 'An example', base: 'one block before', says: [1, 2, 3] },
  { heading: 'An example', base: 'two blocks before', says: [1, undefined, 3] },
]

test('the example of a map is what is written for it', () => {
  const [snapshot, change, ofPart] = hexBlocks().slice(-3)
  const entries = ids.map((id, x) => [id, { x, vx: 20, name: 'ab' }] as const)
  const rows = new EntityMap(entries)
  const options = { precision: { rows: { x: 0.01 } } }
  const store = new GameStateStore<Field>({ rows })
  const moved = transact(store.state, (draft: Field) =>
    draft.rows.editEach((row) => {
      row.x += 0.05 * row.vx
    }),
  ).state
  expect(encodeDelta(undefined, store.state, options)).toEqual(fromHex(snapshot!.hex))
  expect(encodeDelta(store.state, moved, options)).toEqual(fromHex(change!.hex))
  const whole = new GameStateStore<Field>({ rows: new EntityMap([...entries, ['p3', { x: 3, vx: 20, name: 'ab' }]]) })
  const later = transact(whole.state, (draft: Field) => {
    draft.rows.editEach((row) => {
      row.x += 0.05 * row.vx
    })
  }).state
  const seen = (state: typeof later, by: string[]): typeof later => ({ rows: state.rows.pick(by) })
  expect(encodeDelta(undefined, seen(whole.state, ids), options)).toEqual(fromHex(snapshot!.hex))
  expect(encodeDelta(seen(whole.state, ids), seen(later, ['p0', 'p2']), options)).toEqual(fromHex(ofPart!.hex))
})

function rowsOf(xs: (number | undefined)[]): unknown {
  const rows = xs.flatMap((x, index) =>
    x === undefined ? [] : [[ids[index], plain({ x, vx: 20, name: 'ab' })] as const],
  )
  return { entries: [['rows', { rows }]] }
}

test('every block of bytes on the page has its reading here', () => {
  expect(hexBlocks().map(({ heading }) => heading)).toEqual(
    [...packets, ...payloads, ...deltas].map(({ heading }) => heading),
  )
})

test.each(packets.map((reading, index) => ({ ...reading, index })))(
  'block $index of the page is read as it says: $heading',
  ({ index, from = 'server', after = [], names = [], says }) => {
    const decoder = new PacketDecoder(from, true)
    decoder.names = names
    for (const packet of after) decoder.decode(fromHex(packet))
    expect(decoder.decode(fromHex(hexBlocks()[index]!.hex))).toEqual([says].flat())
  },
)

test.each(payloads.map((payload, index) => ({ ...payload, index: packets.length + index })))(
  'block $index of the page is read as it says: $heading',
  ({ index, says }) => {
    expect(decodePayload(fromHex(hexBlocks()[index]!.hex))).toStrictEqual(says)
  },
)

test('what the payloads quote within a sentence is read as it says', () => {
  expect(quotes('Payloads', '20 ec')).toBe(true)
  expect(decodePayload(fromHex('20 ec'))).toBe(300)
})

test.each(deltas.map((delta, index) => ({ ...delta, index: packets.length + payloads.length + index })))(
  'block $index of the page is read as it says: $heading',
  ({ index, base, says }) => {
    const blocks = hexBlocks()
    const before = ['one block before', 'two blocks before'].indexOf(base as string)
    const from = before < 0 ? (base as string | undefined) : blocks[index - 1 - before]!.hex
    const decoded = decodeDelta(
      fromHex(blocks[index]!.hex),
      from === undefined ? undefined : decodeDelta(fromHex(from)),
    )
    expect(plain(decoded)).toEqual(Array.isArray(says) ? rowsOf(says as number[]) : plain(says))
  },
)

test.each<[string, string, Side, Message]>([
  ['STATE', '05 ac 02 02 01 02', 'server', { kind: 'state', version: 300, payload: fromHex('01 02') }],
  ['HAVE', '06', 'client', { kind: 'have' }],
  ['TIME', '09 90 4e', 'server', { kind: 'time', time: 10000 }],
])('what %s quotes within a sentence, %s, is read as it says', (heading, hex, from, says) => {
  expect(quotes(heading, hex)).toBe(true)
  const decoder = new PacketDecoder(from, true)
  if (from === 'client') decoder.decode(fromHex(hello))
  expect(decoder.decode(fromHex(hex))).toEqual([says])
})

test.each(tableUnder('Close codes'))('%s is the close code %s', (number, code) => {
  const varuint = [(Number(number) % 128) + 128, Math.floor(Number(number) / 128)]
  const [message] = new PacketDecoder('server', true).decode(new Uint8Array([3, ...varuint, 0]))
  expect(message).toEqual({ kind: 'refuse', code, reason: '' })
})
