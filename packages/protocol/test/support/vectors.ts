import type { Message } from './by-kind.js'

const attempt = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8])
const token = new Uint8Array([0xaa, 0xbb, 0xcc, 0xdd])

/** One message and its bytes each; the ones with a name stand in PROTOCOL.md as well. */
export const vectors: [what: string, message: Message, hex: string][] = [
  [
    'HELLO',
    {
      kind: 'hello',
      hello: {
        protocolVersion: 6,
        path: '/tag',
        resume: { clientId: 'ada', token },
        heldVersion: 300,
        receivedThrough: 5,
        attempt,
        startMs: 1000,
        credentials: new Uint8Array([0x2a]),
      },
    },
    '01 54 79 47 61 06 03 01 02 03 04 05 06 07 08 00 00 00 00 00 40 8f 40 08 2f 74 61 67 06 61 64 61 04 aa bb cc dd ac 02 05 01 2a',
  ],
  [
    'HELLO of a new client',
    {
      kind: 'hello',
      hello: {
        protocolVersion: 6,
        path: '/tag',
        receivedThrough: 0,
        attempt,
        startMs: 1000,
        credentials: new Uint8Array(0),
      },
    },
    '01 54 79 47 61 06 00 01 02 03 04 05 06 07 08 00 00 00 00 00 40 8f 40 08 2f 74 61 67 00 00',
  ],
  [
    'HELLO of a client that begins anew',
    {
      kind: 'hello',
      hello: {
        protocolVersion: 6,
        path: '/tag',
        rejoin: { clientId: 'ada', token },
        receivedThrough: 0,
        attempt,
        startMs: 1000,
        credentials: new Uint8Array(0),
      },
    },
    '01 54 79 47 61 06 04 01 02 03 04 05 06 07 08 00 00 00 00 00 40 8f 40 08 2f 74 61 67 06 61 64 61 04 aa bb cc dd 00 00',
  ],
  [
    'WELCOME',
    {
      kind: 'welcome',
      attempt,
      session: {
        clientId: 'ada',
        token,
        startMs: 0.5,
        terms: {
          keepAliveMs: 1000,
          idleTimeoutMs: 5000,
          graceMs: 30_000,
          maxPacketBytes: 1_048_576,
          maxEventsPerPacket: 2048,
          maxEventBytes: 65_536,
          maxPayloadDepth: 32,
          maxPayloadElements: 65_536,
          maxPayloadStringBytes: 65_536,
        },
        names: ['move', 'shout'],
        payload: new Uint8Array([0xc0]),
      },
    },
    '02 01 02 03 04 05 06 07 08 00 00 00 00 00 00 e0 3f 06 61 64 61 04 aa bb cc dd e8 07 88 27 b0 ea 01 80 80 40 80 10 80 80 04 20 80 80 04 80 80 04 02 08 6d 6f 76 65 0a 73 68 6f 75 74 01 c0',
  ],
  [
    'WELCOME of a session that goes on',
    { kind: 'welcome', attempt, session: { startMs: 0.5, receivedThrough: 7 } },
    '12 01 02 03 04 05 06 07 08 00 00 00 00 00 00 e0 3f 07',
  ],
  [
    'REFUSE',
    { kind: 'refuse', code: 'refused', reason: 'no game here' },
    '03 b8 1f 18 6e 6f 20 67 61 6d 65 20 68 65 72 65',
  ],
  ['CLOSE', { kind: 'close', code: 'shutdown', reason: 'bye' }, '04 a2 1f 06 62 79 65'],
  [
    'STATE, a delta',
    { kind: 'state', version: 300, base: 298, payload: new Uint8Array([1, 2]) },
    '15 ac 02 02 02 01 02',
  ],
  [
    'STATE, a snapshot',
    { kind: 'state', version: 300, base: undefined, payload: new Uint8Array([1, 2]) },
    '05 ac 02 02 01 02',
  ],
  ['HAVE', { kind: 'have', version: 300 }, '16 ac 02'],
  ['HAVE nothing', { kind: 'have', version: undefined }, '06'],
  [
    'EVENT, the shortest form',
    {
      kind: 'event',
      sequence: undefined,
      minVersion: undefined,
      origin: undefined,
      name: 1,
      payload: new Uint8Array(0),
    },
    '07 01',
  ],
  [
    'EVENT of a server, all parts',
    {
      kind: 'event',
      sequence: 300,
      minVersion: 200,
      origin: { sequence: 130, n: 2 },
      name: 'hi',
      payload: new Uint8Array([0xc3]),
    },
    'f7 ac 02 c8 01 82 01 02 00 04 68 69 01 c3',
  ],
  [
    'EVENT of a client, all parts',
    {
      kind: 'event',
      sequence: 300,
      minVersion: undefined,
      tick: 812,
      seen: 29,
      name: 1,
      payload: new Uint8Array([0xc3]),
    },
    'f7 ac 02 ac 06 1d 01 01 c3',
  ],
  ['ACK of one event', { kind: 'ack', start: 0, runs: [{ type: 'done', count: 1 }] }, '18 00 01'],
  [
    'ACK, all runs',
    {
      kind: 'ack',
      start: 300,
      runs: [
        { type: 'done', count: 40 },
        { type: 'skip', count: 2 },
        {
          type: 'outcomes',
          outcomes: [
            { kind: 'done', payload: new Uint8Array([0xc3, 0xc2]) },
            { kind: 'refused', code: 'poor', message: 'no' },
          ],
        },
        { type: 'lost', count: 3 },
      ],
    },
    '48 d8 04 9d 01 04 07 04 c3 c2 01 08 70 6f 6f 72 04 6e 6f 0a',
  ],
  [
    'ACK with 16 runs',
    {
      kind: 'ack',
      start: -2,
      runs: Array.from({ length: 16 }, (_, i) => ({ type: i % 2 === 0 ? 'done' : 'lost', count: 1 }) as const),
    },
    '08 10 03 01 02 01 02 01 02 01 02 01 02 01 02 01 02 01 02',
  ],
  ['TIME', { kind: 'time', time: 10_000, echo: { time: 9_000, held: 50 } }, '19 90 4e a8 46 32'],
  ['TIME without echo', { kind: 'time', time: 10_000, echo: undefined }, '09 90 4e'],
  ['ARRIVAL', { kind: 'arrival', back: 0, early: 4 }, '0b 00 08'],
  ['ARRIVAL of an event that came late', { kind: 'arrival', back: 18, early: -3 }, '0b 12 05'],
  ['FLOOR', { kind: 'floor', floor: 300, resolved: 298 }, '0a ac 02 02'],
]
