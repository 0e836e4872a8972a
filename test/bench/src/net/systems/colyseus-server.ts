import type { AddressInfo } from 'node:net'
import { Room, Server } from '@colyseus/core'
import type { MapSchema, Schema } from '@colyseus/schema'
import { WebSocketTransport } from '@colyseus/ws-transport'
import { colyseusSchemas } from '../../systems/colyseus-schemas.js'
import { makePlain } from '../../systems/record-rows.js'
import { type Serve, tickRate } from './net-system.js'
import { beginNetScript } from './script.js'

const intervalMs = 1000 / tickRate

type ArenaState = Schema & { rows: MapSchema<Schema> }

export const serveColyseus: Serve = async (onTick) => {
  const { root: Root, row: Row } = colyseusSchemas.arena!
  class ArenaRoom extends Room<{ state: ArenaState }> {
    override patchRate = intervalMs
    override state = new Root() as ArenaState

    override onCreate(): void {
      const script = beginNetScript()
      const { rows } = this.state
      for (const [id, fighter] of Object.entries(script.fighters())) rows.set(id, new Row!().assign(fighter))
      const world = { rows: { editEach: (change: (row: Schema) => void) => rows.forEach(change) } }
      this.setTimestep(() => {
        onTick()
        script.next().play(world as never, makePlain)
      }, intervalMs)
    }
  }
  const server = new Server({ transport: new WebSocketTransport(), greet: false })
  server.define('arena', ArenaRoom)
  await server.listen(0, 'localhost')
  return (server.transport.server!.address() as AddressInfo).port
}
