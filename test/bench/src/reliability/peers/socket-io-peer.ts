import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import { numbersAfter, type Peer, type PeerServer } from './peer.js'

interface SocketIoServer extends PeerServer {
  changes(): number
}

export const socketIoPeer: Peer = {
  name: 'Socket.IO',
  about: '`connectionStateRecovery`, `retries` and `ackTimeout` switched on',
  async serve() {
    const http = createServer()
    const server = new Server(http, { transports: ['websocket'], connectionStateRecovery: {} })
    await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve))
    let changes = 0
    const own: SocketIoServer = {
      port: (http.address() as AddressInfo).port,
      tell: (number) => void server.emit('told', number),
      changeState() {
        changes++
        const bytes = Buffer.from(Float64Array.from(numbersAfter(changes)).buffer)
        server.emit('state', changes, bytes)
      },
      changes: () => changes,
      close: async () => {
        await server.close()
      },
    }
    return own
  },
  async connect(port, server) {
    const socket = io(`http://localhost:${port}`, {
      transports: ['websocket'],
      forceNew: true,
      retries: 10,
      ackTimeout: 1000,
      reconnectionDelay: 100,
      reconnectionDelayMax: 500,
    })
    const told: number[] = []
    const errors: string[] = []
    let state = 0
    socket.on('told', (number: number) => void told.push(number))
    socket.on('state', (number: number) => {
      state = number
    })
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
    return {
      told,
      errors,
      isConnected: () => socket.connected,
      id: () => socket.id ?? '',
      hasState: () => state === (server as SocketIoServer).changes(),
      twin: async () => undefined,
      leave: () => void socket.disconnect(),
    }
  },
}
