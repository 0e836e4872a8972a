import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { reach } from '../../src/client/reach.js'

it('finds a server that listens, and rejects with a sentence if none does', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/rpg/world`
  await reach(url)
  server.close()
  await once(server, 'close')
  await expect(reach(url, 0)).rejects.toThrow(`There is no way into ${url}: no server answers there`)
})
