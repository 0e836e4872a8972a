import { defineGame, EntityMap, event } from '@tygase/gamestate'
import { simulate } from '@tygase/testkit'
import { Metrics } from '../../src/metrics/metrics.js'
import type { ProcessProbe } from '../../src/metrics/process-probe.js'

const game = defineGame({
  initialState: () => ({ players: new EntityMap<{ x: number }>(), steps: 0 }),
  tickRate: 20,
  serverEvents: { cheer: event<number>() },
  onJoin: (state, ctx) => void state.players.set(ctx.client.id, { x: 0 }),
  onLeave: (state, ctx) => void state.players.delete(ctx.client.id),
  events: (on) => ({
    step: on((state, _data, ctx) => {
      state.players.edit(ctx.client.id).x++
      state.steps++
    }),
    fly: on((_state, _data, ctx) => ctx.reject('no_wings', 'players walk')),
  }),
})

/** A process whose time moves with each look at it, by the same amount: what is measured is exact. */
export class PaperProcess implements ProcessProbe {
  isOpen = false
  /** Looks at the time until now. */
  looks = 0
  /** Share of all time in which the event loop waits. */
  readonly idle: number

  constructor(idle = 0) {
    this.idle = idle
  }

  nowMs(): number {
    return ++this.looks
  }

  idleMs(): number {
    return this.looks * this.idle
  }

  takeLoopDelay() {
    return { p50: 1, p99: 2, max: 3 }
  }

  memory() {
    return { rssBytes: 4000, heapUsedBytes: 1000, heapTotalBytes: 2000, externalBytes: 500 }
  }

  open(): void {
    this.isOpen = true
  }

  close(): void {
    this.isOpen = false
  }
}

/** What has gone over the wire, counted there. */
interface WireCounts {
  packetsIn: number
  packetsOut: number
  bytesIn: number
  bytesOut: number
}

/** Three clients in virtual time: the first walks, the second wants to fly, and all are cheered. */
export async function scriptedRun(probe: ProcessProbe = new PaperProcess()) {
  const wire: WireCounts = { packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0 }
  const made: Metrics[] = []
  const simulation = await simulate({
    game,
    clients: 3,
    seed: 1,
    onStart: (server) => void made.push(new Metrics(server, probe)),
    onConnect: ({ connection }) => void connection.registerEventHandler('cheer', () => {}),
    onPacket: ({ fromServer, bytes }) => {
      // counted at the server: a packet that is under way is sent there, and not received
      if (fromServer) {
        wire.packetsOut++
        wire.bytesOut += bytes.length
      } else {
        wire.packetsIn++
        wire.bytesIn += bytes.length
      }
    },
  })
  const [metrics] = made
  if (metrics === undefined) throw new Error('the server did not run')
  return { simulation, metrics, wire, probe }
}

/** Its events: 10 steps, 4 refusals, 6 cheers for each client, of which none gets lost. */
export async function playScript({ simulation }: Pick<Awaited<ReturnType<typeof scriptedRun>>, 'simulation'>) {
  const [walker, flier] = simulation.clients
  for (let round = 0; round < 10; round++) {
    walker!.connection.dispatchEvent('step')
    if (round < 4) flier!.connection.dispatchEvent('fly')
    if (round < 6) simulation.server.dispatchEvent('cheer', round)
    await simulation.step(100)
  }
  await simulation.settle()
}
