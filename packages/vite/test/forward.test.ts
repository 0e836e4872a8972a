import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { forwardRequests } from '../src/forward.js'

const servers: (HttpServer | Server)[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function portOf(server: HttpServer | Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  return (server.address() as AddressInfo).port
}

it('a request reaches the game although the game has closed the connection of the one before', async () => {
  // a server closes connections that rest, and the other end may not know of it yet
  const game = createServer((socket) => {
    let asked = 0
    socket.on('error', () => {})
    socket.on('data', () => {
      if (asked++ > 0) return void socket.destroy()
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nok')
    })
  })
  const port = await portOf(game)
  const forward = forwardRequests(async () => port, ['/rooms'])
  const page = await portOf(createHttpServer((request, response) => forward(request, response, () => response.end())))
  for (let i = 0; i < 3; i++) {
    const answer = await fetch(`http://127.0.0.1:${page}/rooms`, { headers: { connection: 'close' } })
    expect([answer.status, await answer.text()]).toEqual([200, 'ok'])
  }
})
