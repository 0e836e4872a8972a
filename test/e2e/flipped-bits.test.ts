import { encodeValue } from '@tygase/gamestate/internal'
import { expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { eventPacket, helloPacket } from './support/hostile-bytes.js'
import { LooseClient } from './support/loose-client.js'
import { join, runServer, urlOf } from './support/stage.js'

/** So many at a time: each is a connection of its own. */
const together = 40

/** Every packet that differs from this one in a single bit, and every one that differs in all bits of a byte. */
function flipsOf(packet: Uint8Array): Uint8Array[] {
  const masks = [1, 2, 4, 8, 16, 32, 64, 128, 255]
  return [...packet.keys()].flatMap((i) =>
    masks.map((mask) => packet.map((byte, at) => (at === i ? byte ^ mask : byte))),
  )
}

/** A hello with the attempt of another one goes on with the session of that one, and a session goes on once a second. */
function withOwnAttempt(hello: Uint8Array, number: number): Uint8Array {
  const own = hello.slice()
  // behind the head, the magic and the version
  own[6]! ^= number & 0xff
  own[7]! ^= number >> 8
  return own
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < items.length; i += together) await Promise.all(items.slice(i, i + together).map(work))
}

/** A game with one who plays fair, and what the server had to log as an error. */
async function setUp() {
  const errors: string[] = []
  const logger = { debug() {}, info() {}, warn() {}, error: (_: object, message: string) => errors.push(message) }
  const server = await runServer(arena, { logger })
  const fair = await join(server)
  await fair.request('move', { dx: 7, dy: 7 })
  const expectFairPlay = async (): Promise<void> => {
    expect(server.store.state.players.get(fair.clientId)).toMatchObject({ x: 7, y: 7 })
    expect(fair.status).toBe('connected')
    expect(await fair.request('buy', { item: 'bread' })).toBe('bread bought')
    expect(errors).toEqual([])
  }
  return { server, expectFairPlay }
}

test('a hello with any bit flipped is let in as what it says, or closed with a code, and no other client is harmed [M14]', async () => {
  const { server, expectFairPlay } = await setUp()
  const codes = new Map<string, number>()
  await inTurns(flipsOf(helloPacket({ path: '/arena' })).map(withOwnAttempt), async (packet) => {
    const client = new LooseClient(urlOf(server))
    client.socket.removeAllListeners('open')
    client.socket.once('open', () => client.sendRaw(packet))
    const letIn = new Promise<string>((resolve) =>
      client.socket.once('message', (data: Buffer) => {
        // a WELCOME, alone or behind the STATE that goes out in the same message
        if (data[0] === 0x02 || data[0] === 0x05) resolve('let in')
      }),
    )
    const outcome = await Promise.race([client.closed, letIn])
    codes.set(outcome, (codes.get(outcome) ?? 0) + 1)
    client.socket.terminate()
  })
  await expectFairPlay()
  expect([...codes.keys()].sort()).toEqual(['let in', 'malformed', 'not_hello', 'version_mismatch'])
  // head and magic
  expect(codes.get('not_hello')).toBe(5 * 9)
})

test('an event with any bit flipped is refused or closed with a code, or is an event of that client, and no other client is harmed [M14]', async () => {
  const { server, expectFairPlay } = await setUp()
  const codes = new Set<string>()
  const outcomeOf = async (packet: Uint8Array): Promise<string> => {
    const client = await LooseClient.join(urlOf(server))
    const acks = client.packetsIn.length
    client.sendRaw(packet)
    const answered = new Promise<string>((resolve) => {
      const look = setInterval(() => {
        if (client.packetsIn.length > acks + 1) {
          clearInterval(look)
          resolve('answered')
        }
      }, 5)
    })
    const outcome = await Promise.race([client.closed, answered])
    client.socket.terminate()
    return outcome
  }
  await inTurns(flipsOf(eventPacket(1, 'move', encodeValue({ dx: 1, dy: 2 }))), async (packet) => {
    const outcome = await outcomeOf(packet)
    // a machine with much work may cut a socket before its close frame is read: the same packet gets its code in the end
    codes.add(outcome === '1006' ? await outcomeOf(packet) : outcome)
  })
  await expectFairPlay()
  for (const code of codes) expect(['answered', 'malformed', 'unexpected_message', 'acked_never_sent']).toContain(code)
  expect(codes).toContain('malformed')
})
