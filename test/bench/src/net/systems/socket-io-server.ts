import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Packr } from 'msgpackr'
import { Server } from 'socket.io'
import { makePlain } from '../../systems/record-rows.js'
import { type Serve, tickRate } from './net-system.js'
import { beginNetScript } from './script.js'

export const serveSocketIo: Serve = async (onTick) => {
  const script = beginNetScript()
  const packr = new Packr()
  const state = { rows: new Map(Object.entries(script.fighters())) }
  const world = { rows: { editEach: (change: (row: object) => void) => state.rows.forEach(change) } }
  const http = createServer()
  const server = new Server(http, { transports: ['websocket'] })
  server.on('connection', (socket) => {
    socket.on('echo', (value: number, answer: (value: number) => void) => answer(value))
  })
  setInterval(() => {
    onTick()
    script.next().play(world as never, makePlain)
    server.emit('state', packr.pack(state))
  }, 1000 / tickRate)
  await new Promise<void>((resolve) => http.listen(0, 'localhost', resolve))
  return (http.address() as AddressInfo).port
}
