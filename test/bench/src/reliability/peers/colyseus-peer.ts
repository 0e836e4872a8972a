import type { AddressInfo } from 'node:net'
import { Room, Server, type Client as ServerClient } from '@colyseus/core'
import { Encoder, type Schema, schema, t } from '@colyseus/schema'
import { Client, type Room as ClientRoom } from '@colyseus/sdk'
import { WebSocketTransport } from '@colyseus/ws-transport'
import { numbersAfter, type Peer, type PeerClient, type PeerServer } from './peer.js'

// what its warning asks for when a state is larger
Encoder.BUFFER_SIZE = 1024 * 1024

const Row = schema({ value: t.float64() }, 'PeerRow')
const Root = schema({ changes: t.number(), rows: t.map(Row) }, 'PeerRoot')

type State = Schema & { changes: number; rows: Map<string, { value: number }> }

const graceSeconds = 20

interface ColyseusServer extends PeerServer {
  state(): State
}

export const colyseusPeer: Peer = {
  name: 'Colyseus',
  about: '`allowReconnection` for 20 s, the client reconnects by itself',
  async serve() {
    let room: PeerRoom | undefined
    class PeerRoom extends Room<{ state: State }> {
      override patchRate = 50
      override autoDispose = false
      override state = new Root() as unknown as State

      override onCreate(): void {
        room = this
        for (const [id, value] of numbersAfter(0).entries()) {
          this.state.rows.set(String(id), new Row().assign({ value }) as unknown as { value: number })
        }
      }

      override onDrop(client: ServerClient): void {
        void this.allowReconnection(client, graceSeconds).catch(() => {})
      }
    }
    const server = new Server({ transport: new WebSocketTransport(), greet: false })
    server.define('peers', PeerRoom)
    await server.listen(0, 'localhost')
    const own: ColyseusServer = {
      port: (server.transport.server!.address() as AddressInfo).port,
      tell: (number) => room?.broadcast('told', number),
      changeState() {
        const { state } = room!
        state.changes++
        const values = numbersAfter(state.changes)
        state.rows.forEach((row, id) => {
          row.value = values[Number(id)]!
        })
      },
      state: () => room!.state,
      close: async () => {
        await server.gracefullyShutdown(false)
      },
    }
    return own
  },
  async connect(port, server) {
    const client = new Client(`http://localhost:${port}`)
    const room = await client.joinOrCreate('peers', {}, Root)
    return clientOf(room as unknown as ClientRoom, server as ColyseusServer)
  },
}

function clientOf(room: ClientRoom, server: ColyseusServer): PeerClient {
  const told: number[] = []
  const errors: string[] = []
  room.reconnection.minUptime = 0
  room.onMessage('told', (number: number) => void told.push(number))
  room.onError((code, message) => void errors.push(`${code} ${message}`))
  let isIn = true
  room.onLeave(() => {
    isIn = false
  })
  const copy = (): State => room.state as unknown as State
  return {
    told,
    errors,
    isConnected: () => isIn && room.connection.isOpen,
    id: () => room.sessionId,
    hasState() {
      const own = server.state()
      let differs = copy().changes !== own.changes
      own.rows.forEach((row, id) => {
        if (copy().rows.get(id)?.value !== row.value) differs = true
      })
      return !differs
    },
    async twin(port) {
      const other = await new Client(`http://localhost:${port}`).reconnect(room.reconnectionToken, Root)
      return clientOf(other as unknown as ClientRoom, server)
    },
    leave: () => void room.leave(),
  }
}
