import { Socket } from 'node:net'
import type { HandedRequest } from '@tygase/server/internal'
import { describe, expect, it } from 'vitest'
import type { EngineSockets } from '../../src/engine.js'
import type { ClusterServer } from '../../src/lease/cluster-server.js'
import { SocketGifts } from '../../src/rooms/socket-gifts.js'

/** Carries sockets from name to name, in one process. */
function wire(): EngineSockets {
  const takers = new Map<string, Parameters<EngineSockets['take']>[1]>()
  return {
    give: (name, socket, text) => void takers.get(name)?.(socket, text),
    take: (name, listener) => {
      takers.set(name, listener)
      return () => takers.delete(name)
    },
  }
}

/** The server `own` of a cluster in which the room has an owner. */
function giftsOf(owner: string | undefined, sockets = wire()): SocketGifts {
  const servers = [
    { serverId: 'own', address: '' },
    { serverId: 'other', address: '' },
    { serverId: 'elsewhere', address: 'wss://other.example' },
  ]
  // reason: nothing else of a server is asked
  const server = { serverId: 'own', servers, ownerOf: async () => owner } as unknown as ClusterServer
  return new SocketGifts(server, sockets)
}

describe('a room', () => {
  it.each([
    ['of no server', undefined, false],
    ['of this server', 'own', false],
    ['of a server behind the same port', 'other', true],
    ['of a server with an address of its own', 'elsewhere', false],
    ['of a server that is not known', 'new', false],
  ])('%s has a giver or not', async (_, owner, hasGiver) => {
    expect((await giftsOf(owner).giverFor('arena/1')) !== undefined).toBe(hasGiver)
  })
})

describe('a socket that is given', () => {
  it('arrives with its request and all bytes behind it, until nothing takes it any more', async () => {
    const sockets = wire()
    const taken: [Socket, HandedRequest][] = []
    // reason: as above
    const other = new SocketGifts({ serverId: 'other' } as unknown as ClusterServer, sockets)
    const off = other.take((socket, request) => void taken.push([socket, request]))
    const give = await giftsOf('other', sockets).giverFor('arena/1')
    const socket = new Socket()
    const request = { url: '/arena/1?seat=x', headers: { host: 'a', cookie: 'b=c' }, head: Uint8Array.of(0, 255, 128) }
    give?.(socket, request)
    off()
    give?.(new Socket(), request)
    expect(taken).toEqual([[socket, { ...request, head: Buffer.from(request.head) }]])
  })
})
