import type { AddressInfo } from 'node:net'
import { Room, Server } from '@colyseus/core'
import { type MapSchema, type Schema, schema, t } from '@colyseus/schema'
import { WebSocketTransport } from '@colyseus/ws-transport'
import { tickRate } from '../game.js'
import { field, type Moving, move } from '../movement.js'
import { driveBots, type Stage } from '../scenes.js'

const disc = { x: t.float32(), y: t.float32(), vx: t.float32(), vy: t.float32(), dx: t.float32(), dy: t.float32() }
const Disc = schema(disc, 'Disc')
const Input = schema({ dx: t.int8(), dy: t.int8() }, 'Input')
const State = schema({ players: t.map(Disc) }, 'State')

/** A disc of the room, at both ends. */
export type ColyseusDisc = Schema & Moving
export type ColyseusState = Schema & { players: MapSchema<ColyseusDisc> }

/** The wish of a player for one step. */
export interface ColyseusInput {
  dx: number
  dy: number
}

/** A row of the map of players whose x is the tick: it says on which tick others are drawn. */
export const clockId = 'clock'

/** Runs one input of a player: the same code at the server and at the client. */
export function step(state: Moving, { dx, dy }: ColyseusInput, dt: number): void {
  state.dx = dx
  state.dy = dy
  move(state, dt)
}

/**
 * Serves the field of discs. Each player integrates its own inputs, as the documentation of Colyseus has it for bodies that
 * do not touch.
 * @param onStep called after each step
 */
export async function serveColyseus(
  stage: Stage,
  onStep: (tick: number, players: MapSchema<ColyseusDisc>) => void,
): Promise<number> {
  class FeelRoom extends Room<{ state: ColyseusState; input: InstanceType<typeof Input> }> {
    override patchRate = 1000 / tickRate
    override state = new State() as unknown as ColyseusState
    override inputs = this.defineInput(Input)

    override onCreate(): void {
      const { players } = this.state
      const bots: ColyseusDisc[] = []
      driveBots(stage, {
        add(id, x, y) {
          const bot = makeDisc(x, y)
          bots.push(bot)
          players.set(id, bot)
        },
        turn: (id, dx, dy) => void Object.assign(players.get(id)!, { dx, dy }),
      })
      const clock = makeDisc(0, 0)
      players.set(clockId, clock)
      let tick = 0
      this.setFixedTimestep(({ dt }) => {
        for (const { sessionId } of this.clients) {
          const player = players.get(sessionId)
          if (player === undefined) continue
          for (const input of this.inputs.get(sessionId)) step(player, input, dt)
        }
        for (const bot of bots) move(bot, dt)
        clock.x = ++tick
        onStep(tick, players)
      }, tickRate)
    }

    override onJoin({ sessionId }: { sessionId: string }): void {
      this.state.players.set(sessionId, makeDisc(field.width / 2, field.height / 2))
    }

    override onLeave({ sessionId }: { sessionId: string }): void {
      this.state.players.delete(sessionId)
    }
  }
  const server = new Server({ transport: new WebSocketTransport(), greet: false })
  server.define('feel', FeelRoom)
  await server.listen(0, 'localhost')
  return (server.transport.server!.address() as AddressInfo).port
}

function makeDisc(x: number, y: number): ColyseusDisc {
  return new Disc().assign({ x, y, vx: 0, vy: 0, dx: 0, dy: 0 }) as unknown as ColyseusDisc
}
