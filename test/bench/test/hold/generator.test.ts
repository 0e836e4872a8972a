import * as gamestate from '@tygase/gamestate'
import * as gamestateInternal from '@tygase/gamestate/internal'
import * as protocol from '@tygase/protocol/internal'
import * as server from '@tygase/server'
import { createSeededRandom, VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, it } from 'vitest'
import { often } from '../../../support/effort.js'
import { gameEvents, holdGame } from '../../src/hold/game.js'
import { reservedContents, reservedOfServers } from '../../src/hold/generator/content.js'
import { geneBytes } from '../../src/hold/generator/genes.js'
import { kindsOf } from '../../src/hold/generator/kinds.js'
import { PacketSource } from '../../src/hold/generator/packets.js'
import { figureOf, findWorst } from '../../src/hold/generator/search.js'
import { MemberScale, Stage } from '../../src/hold/stage.js'

const library = { gamestate: { ...gamestate, ...gamestateInternal }, protocol, server }
const random = createSeededRandom(11)
const { messages, fromClient, readPacket, defaultSessionLimits } = protocol
const kinds = kindsOf(messages, gameEvents)
const built = kinds.filter(({ family }) => family === 'message' || family === 'event')
const randomGenes = () => Uint8Array.from({ length: geneBytes }, () => Math.floor(random() * 256))

describe('the kinds of attacks', () => {
  it('have each message of the table that a client may send', () => {
    const sent = Object.entries(messages).filter(([, row]) => row.from !== 'server')
    const names = kinds.filter(({ family }) => family === 'message').map(({ subject }) => subject)
    expect(names).toEqual(sent.map(([name]) => name))
    expect(names).toContain('floor')
  })

  it('have each reserved event, by the exports of the protocol', () => {
    const isName = (value: unknown): value is string => typeof value === 'string' && protocol.isReserved(value)
    const reserved = Object.values(protocol as Record<string, unknown>).filter(isName)
    expect([...Object.keys(reservedContents), ...reservedOfServers].sort()).toEqual(reserved.sort())
  })

  it('have each event of the game', () => {
    const { events } = holdGame(library, () => {})
    expect(Object.keys(events).filter((name) => !gameEvents.includes(name))).toEqual([])
  })

  const stage = new Stage(library, new VirtualClock(), random, () => {})

  it.each(built)('$name can be built, in different ways', (kind) => {
    const { session } = stage.admit({ waiting: 0, unacked: 0, channels: 0, isAnswering: true })
    const packets = new Set<string>()
    for (let draw = 0; draw < 300 && (draw < often(8, 30) || packets.size < 2); draw++) {
      const member = { kind, genes: randomGenes() }
      const packet = new PacketSource(library, member, session.world, session.exampleOf(member)).next()
      if (packet === undefined) continue
      expect(packet.length).toBeLessThanOrEqual(defaultSessionLimits.maxPacketBytes)
      readPacket(packet, fromClient, defaultSessionLimits)
      packets.add(Buffer.from(packet.subarray(0, 2000)).toString('latin1'))
    }
    expect(packets.size).toBeGreaterThan(1)
  })

  it('are of the table: a message that is new in it can be built without a change', () => {
    const kind = { name: 'message/newcomer', family: 'message', subject: 'newcomer' } as const
    const newcomer: protocol.MessageRow<{ items: string[]; mark: number }, 'once'> = {
      kind: 11,
      from: 'client',
      allFlags: 0x10,
      perPacket: 'once',
      flags: () => 0,
      write(writer, { items, mark }) {
        writer.writeVarUint(items.length)
        for (const item of items) writer.writeString(item)
        writer.writeVarUint(mark)
      },
      read: (reader) => ({
        items: Array.from({ length: reader.readCount(1) }, () => reader.readString()),
        mark: reader.readVarUint(),
      }),
    }
    const extended = { ...library, protocol: { ...protocol, messages: { ...messages, newcomer } } }
    expect(kindsOf(extended.protocol.messages, []).map(({ name }) => name)).toContain(kind.name)
    const world = { nextSequence: 5, serverSequence: 3, version: 9, names: [], texts: ['a'], channels: ['b'] }
    const lengths = Array.from(
      { length: 50 },
      () => new PacketSource(extended, { kind, genes: randomGenes() }, world).next()?.length,
    )
    expect(Math.max(...lengths.map((length) => length ?? 0))).toBeGreaterThan(100)
  })
})

describe('the search', () => {
  const kind = built.find(({ subject }) => subject === 'take')!

  it('finds a member that costs more than one drawn by chance, the same for the same seed', async () => {
    // cost by a model: a kilobyte for each gene above 200
    const measure = ({ genes }: { genes: Uint8Array }) => ({
      bytes: 100,
      packets: 1,
      microseconds: 1 + genes.filter((gene) => gene > 200).length,
      heapBytes: 0,
      isClosed: false,
    })
    const find = (seed: number, tries: number) =>
      findWorst(kind, (cost) => figureOf(cost, 'time'), { tries, random: createSeededRandom(seed), checks: 1 }, measure)
    const [few, many, again] = await Promise.all([find(1, 10), find(1, 400), find(1, 400)])
    expect(many!.figure).toBeGreaterThan(1.5 * few!.figure)
    expect(again!.member.genes).toEqual(many!.member.genes)
  })

  it('measures a member against a server, and counts the bytes that it has sent', () => {
    let micros = 0
    const scale = new MemberScale(library, {
      makeClock: () => new VirtualClock(),
      random,
      nowMicroseconds: () => micros++,
      heapBytes: undefined,
    })
    const cost = scale.measure({ kind, genes: new Uint8Array(geneBytes) })
    expect(cost).toMatchObject({ isClosed: false })
    expect(cost!.bytes).toBeGreaterThan(cost!.packets)
  })
})
