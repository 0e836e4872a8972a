import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as gamestate from '@tygase/gamestate'
import * as gamestateInternal from '@tygase/gamestate/internal'
import * as protocol from '@tygase/protocol/internal'
import * as serverPackage from '@tygase/server'
import { gameEvents } from '../../bench/src/hold/game.js'
import { geneBytes } from '../../bench/src/hold/generator/genes.js'
import { kindsOf } from '../../bench/src/hold/generator/kinds.js'
import { type Member, PacketSource, preparationOf } from '../../bench/src/hold/generator/packets.js'
import type { World } from '../../bench/src/hold/generator/world.js'
import { openRooms, Stage, type StageAttacker } from '../../bench/src/hold/stage.js'
import { Dice } from '../dice.js'
import { CostClock } from '../support/cost-clock.js'
import { demand, type Target } from '../target.js'

const library = {
  gamestate: { ...gamestate, ...gamestateInternal },
  protocol,
  server: serverPackage,
}
const kinds = kindsOf(protocol.messages, gameEvents).filter(({ family }) => family === 'message' || family === 'event')

/** Ticks for which the attacker sends. */
const attackTicks = 3
/** Sent between two ticks, all at once: as much as one read of a fast socket brings, and more than any budget allows. */
const packetsPerTick = 1500
const bytesPerTick = 256 * 1024
/** An attacker that answers keeps its own events, in this process as well: more of them would be counted as kept by the server. */
const eventsPerTick = 20_000
/** Each hello comes over a transport of its own, as from many clients. */
const hellosPerTick = 200
/** Most work between two ticks, by the costs of `CostClock`. */
const mostHoldMs = 60
/** What one attacker may make the server keep. */
const mostHeapMb = 64
/** Of the preparation that the limits allow: the walk over all that is kept shows in the benchmark of holds. */
const preparedShare = 1 / 40
/** Ticks until an honest request has its answer. */
const mostWaitTicks = 3
/** Its own, and those that the server allows to one address, which clients in memory do not have. */
const mostRooms = 1000

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Less need not be looked at more closely. */
const collectAboveMb = 100

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** The first byte is the kind, and whether all comes twice over a transport that may lose packets; the others are the genes of a member. */
export const worst: Target = {
  name: 'worst',
  about: 'a server with rooms, views, channels and slow handlers that gets the worst messages of the table',
  share: 0.08,
  slowMs: 20_000,
  // the smallest of each kind, as many as there may be
  corpus: () => kinds.map((_, index) => Uint8Array.of(index, ...new Uint8Array(geneBytes))),
  fresh: (dice) => memberBytes(dice, dice.below(2 * kinds.length)),
  async run(input) {
    const place = input[0] ?? 0
    const isLossy = Math.floor(place / kinds.length) % 2 === 1
    const member: Member = { kind: kinds[place % kinds.length]!, genes: input.slice(1) }
    const clock = new CostClock()
    const { random } = new Dice(5)
    const work = (): void => clock.spend(1)
    const stage = new Stage(library, clock, random, work, await openRooms(library, clock, random, work))
    const honest = { waiting: 0, unacked: 0, channels: 0, isAnswering: true }
    const friends = ['/hold/1', '/hold/2'].map((path) => stage.admit(honest, false, path))
    const watcher = stage.admit(honest, false, '/rooms')
    const attacker = stage.admit(preparationOf(member, preparedShare), isLossy)
    const source = new PacketSource(library, member, attacker.session.world, attacker.session.exampleOf(member))
    const heapBefore = usedMb(collectAboveMb)
    for (let tick = 0; tick < attackTicks; tick++) {
      clock.beginTick()
      const { world } = attacker.session
      const most = member.kind.subject === 'hello' ? hellosPerTick : packetsPerTick
      const packets = packetsOf(source, world, most)
      if (packets === undefined) return `no message ${member.kind.name}`
      stage.attack(member, attacker, isLossy ? packets.flatMap((packet) => [packet, packet]) : packets)
      // rooms that clients ask for are made between two packets
      await nextTurn()
      checkFriends(stage, friends, clock)
    }
    const heap = usedMb(heapBefore + mostHeapMb) - heapBefore
    demand(heap < mostHeapMb, `one client makes the server keep ${heap} MB`)
    const { closeCode } = attacker.transport
    stage.dismiss(attacker)
    checkFriends(stage, friends, clock)
    demand(watcher.transport.closeCode === undefined, 'a client that watches the list of rooms was closed')
    demand(stage.server.rooms.size <= mostRooms, `one client has ${stage.server.rooms.size} rooms made`)
    stage.server.shutdown({ endSessions: true, drainMs: 0 }).catch(() => {})
    return `ok ${member.kind.name} ${isLossy ? 'twice' : ''} ${closeCode ?? ''}`
  },
}

function packetsOf(source: PacketSource, world: World, most: number): Uint8Array[] | undefined {
  const packets: Uint8Array[] = []
  const lastEvent = world.nextSequence + eventsPerTick
  for (let bytes = 0; packets.length < most && bytes < bytesPerTick && world.nextSequence < lastEvent; ) {
    const packet = source.next()
    if (packet === undefined) return undefined
    packets.push(packet)
    bytes += packet.length
  }
  return packets
}

/** Ticks until all honest clients have their answers. @throws Violation if that takes long, or a tick has too much to do */
function checkFriends(stage: Stage, friends: readonly StageAttacker[], clock: CostClock): void {
  let waiting = friends.length
  const onAck = (): void => {
    waiting--
  }
  for (const { session } of friends)
    session.session.send('count', new Uint8Array(0), { onAck, retries: 3 }, clock.now())
  for (let tick = 0; tick < mostWaitTicks && waiting > 0; tick++) {
    stage.play(1)
    demand(clock.tickMs <= mostHoldMs, `${Math.round(clock.tickMs)} ms of work between two ticks`)
    clock.beginTick()
  }
  demand(waiting === 0, `an honest request has no answer after ${mostWaitTicks} ticks`)
}

function memberBytes(dice: Dice, kind: number): Uint8Array {
  return Uint8Array.of(kind, ...dice.bytes(geneBytes))
}

/** Memory in use, without what may be collected if it is above `looksMuchMb`. */
function usedMb(looksMuchMb: number): number {
  const used = (): number => {
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return (heapUsed + arrayBuffers) / 2 ** 20
  }
  const before = used()
  if (before < looksMuchMb) return before
  collectGarbage()
  return used()
}
