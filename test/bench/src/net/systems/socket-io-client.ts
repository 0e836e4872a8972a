import { Packr } from 'msgpackr'
import { io, type Socket } from 'socket.io-client'
import { openLightSocket } from './light-socket.js'
import { type Call, checkRowCount, type NetClients } from './net-system.js'

export const socketIoClients: NetClients = {
  async join(port) {
    const socket = await open(port)
    const packr = new Packr()
    let state: { rows: Map<string, object> } | undefined
    let updates = 0
    socket.on('state', (bytes: Uint8Array) => {
      state = packr.unpack(bytes)
      updates++
    })
    return {
      updates() {
        if (updates > 0) checkRowCount(state?.rows.size)
        return updates
      },
    }
  },
  async joinLightly(port) {
    let updates = 0
    const socket = await openLightSocket(
      `ws://localhost:${port}/socket.io/?EIO=4&transport=websocket`,
      (data, answer, isBinary) => {
        if (isBinary) updates++
        // "open" of the transport is answered with "connect", "ping" with "pong"
        else if (data.toString().startsWith('0')) answer('40')
        else if (data.toString() === '2') answer('3')
      },
    )
    return { updates: () => updates, bytes: socket.bytes }
  },
}

export async function callSocketIo(port: number): Promise<Call> {
  const socket = await open(port)
  return (value) => socket.emitWithAck('echo', value)
}

function open(port: number): Promise<Socket> {
  const socket = io(`http://localhost:${port}`, { transports: ['websocket'], forceNew: true })
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket))
    socket.once('connect_error', reject)
  })
}
