import type { Socket } from 'node:net'
import type { HandedRequest, SocketGiver } from '@tygase/server/internal'
import type { Engine } from '../engine.js'
import type { ClusterServer } from '../lease/cluster-server.js'

/** A request as it travels, in JSON. */
interface SentRequest extends Omit<HandedRequest, 'head'> {
  /** In base64. */
  readonly head: string
}

/**
 * Hands accepted sockets to the process of this machine that has their room: all processes without an address of their own share one
 * port, and any of them may accept the client of a room.
 */
export class SocketGifts {
  readonly #server: ClusterServer
  readonly #sockets: NonNullable<Engine['sockets']>

  constructor(server: ClusterServer, sockets: NonNullable<Engine['sockets']>) {
    this.#server = server
    this.#sockets = sockets
  }

  /** See `ServerCluster.giverFor`. */
  async giverFor(key: string): Promise<SocketGiver | undefined> {
    const server = this.#server
    const owner = await server.ownerOf(key)
    if (owner === undefined || owner === server.serverId) return undefined
    const listed = server.servers.find(({ serverId }) => serverId === owner)
    // a process with an address listens elsewhere
    if (listed === undefined || listed.address !== '') return undefined
    return (socket, { url, headers, head }) => {
      const sent: SentRequest = { url, headers, head: Buffer.from(head).toString('base64') }
      this.#sockets.give(owner, socket, JSON.stringify(sent))
    }
  }

  /** Takes the sockets that others give to this process. @returns a function that ends it */
  take(listener: (socket: Socket, request: HandedRequest) => void): () => void {
    return this.#sockets.take(this.#server.serverId, (socket, text) => {
      // both processes run this code, so its shape is not checked
      const { url, headers, head } = JSON.parse(text) as SentRequest
      listener(socket, { url, headers, head: Buffer.from(head, 'base64') })
    })
  }
}
