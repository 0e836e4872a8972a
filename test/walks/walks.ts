import { type Connection, connect } from '@tygase/client'
import { type AnyGame, defineGame, EntityMap } from '@tygase/gamestate'
import type { Transport } from '@tygase/protocol'
import { Server } from '@tygase/server'
import { z } from 'zod'
import { HandClock } from './hand-clock.js'
import { type RunFiles, RunFilesCounter } from './run-files.js'

/** The way of one thing through the library. */
export interface Walk {
  readonly name: string
  readonly files: RunFiles
}

interface Disc {
  x: number
  y: number
  dx: number
  dy: number
}

const field = defineGame({
  initialState: () => ({ discs: new EntityMap<Disc>() }),
  tickRate: 20,
  onJoin: (state, ctx) => void state.discs.set(ctx.client.id, { x: 0, y: 0, dx: 0, dy: 0 }),
  events: (on) => ({
    steer: on(
      z.object({ dx: z.number(), dy: z.number() }),
      (state, data, ctx) => void Object.assign(state.discs.edit(ctx.client.id), data),
    ),
  }),
})

/** Twenty discs, each of which moves in every tick. */
const swarm = defineGame({
  initialState: () => ({
    discs: new EntityMap<Disc>(Array.from({ length: 20 }, (_, id) => [`d${id}`, { x: id, y: 0, dx: 0.5, dy: 0.25 }])),
  }),
  tickRate: 20,
  timeStep: (state, dt) => {
    state.discs.editEach((disc) => {
      disc.x += disc.dx * dt
      disc.y += disc.dy * dt
    })
  },
  precision: { discs: { x: 0.01, y: 0.01 } },
})

/** What is drawn by chance in a walk, the same each time. */
function seededRandom(): () => number {
  let value = 0
  return () => {
    value = (value * 16_807 + 1) % 2_147_483_647
    return value / 2_147_483_647
  }
}

/** Plays the three walks, each of which has been gone once before, so that nothing is loaded or made for the first time. */
export async function playWalks(): Promise<Walk[]> {
  const counter = new RunFilesCounter()
  return [
    { name: 'an event to its rule and its ack back', files: await eventWalk(counter) },
    { name: 'a version to a subscriber', files: await versionWalk(counter) },
    { name: 'a hello into an existing room', files: await helloWalk(counter) },
  ]
}

/** From `dispatchEvent` at a client to `onAck`. */
async function eventWalk(counter: RunFilesCounter): Promise<RunFiles> {
  const clock = new HandClock()
  const server = new Server({ game: field, clock, random: seededRandom() })
  await server.run({ port: false })
  const connection = await open<typeof field>(server, clock, counter)
  let steered = 0
  const steer = async () => {
    let isAcked = false
    const onAck = () => {
      counter.look()
      isAcked = true
    }
    connection.dispatchEvent('steer', { dx: ++steered, dy: 1 }, { onAck })
    counter.look()
    await clock.runUntil(() => isAcked)
  }
  await steer()
  await clock.pass(2000)
  counter.start()
  await steer()
  return counter.finish()
}

/** From the tick that makes a version to the subscriber of a replica. */
async function versionWalk(counter: RunFilesCounter): Promise<RunFiles> {
  const clock = new HandClock()
  const server = new Server({ game: swarm, clock, random: seededRandom() })
  await server.run({ port: false })
  const connection = await open<typeof swarm>(server, clock, counter)
  let seen = 0
  connection.subscribe(() => {
    counter.look()
    seen = connection.version
  })
  await clock.pass(2000)
  const next = server.store.version + 1
  await clock.runUntil(() => seen >= next - 1)
  counter.start()
  await clock.runUntil(() => seen >= next)
  return counter.finish()
}

/** From the hello of a client, in a packet, to its welcome: another client is in the room already. */
async function helloWalk(counter: RunFilesCounter): Promise<RunFiles> {
  const clock = new HandClock()
  const auth = async (credentials: unknown) => ({ userId: String(credentials) })
  const server = new Server({ clock, random: seededRandom(), auth })
  server.define('field', field)
  await server.run({ port: false })
  await open<typeof field>(server.at('/field/1'), clock, counter, 'resident')
  await open<typeof field>(server.at('/field/1'), clock, counter, 'first guest')
  await clock.pass(2000)
  const opened = open<typeof field>(server.at('/field/1'), clock, counter, 'second guest', () => counter.start())
  await opened
  return counter.finish()
}

interface Openable {
  readonly path?: string
  openTransport(): Transport | Promise<Transport>
}

async function open<G extends AnyGame>(
  server: Openable,
  clock: HandClock,
  counter: RunFilesCounter,
  credentials?: string,
  onOpen?: () => void,
): Promise<Connection<G>> {
  const address = {
    path: server.path ?? '/',
    openTransport: async () => {
      const transport = await server.openTransport()
      onOpen?.()
      return transport
    },
  }
  let connection: Connection<G> | undefined
  connect(address, { clock, random: seededRandom(), credentials }).then((opened) => {
    counter.look()
    // reason: the caller knows the game
    connection = opened as unknown as Connection<G>
  })
  await clock.runUntil(() => connection !== undefined)
  return connection!
}
