import type { MapSchema, Schema } from '@colyseus/schema'
import { Client } from '@colyseus/sdk'
import { colyseusSchemas } from '../../systems/colyseus-schemas.js'
import { openLightSocket } from './light-socket.js'
import { checkRowCount, type NetClients } from './net-system.js'

/** What messages begin with, in the low bits. */
const joinCode = 10
const patchCode = 15
const codeMask = 0x1f

export const colyseusClients: NetClients = {
  async join(port) {
    const client = new Client(`http://localhost:${port}`)
    const room = await client.joinOrCreate('arena', {}, colyseusSchemas.arena!.root)
    let updates = 0
    room.onStateChange(() => updates++)
    return {
      updates() {
        checkRowCount((room.state as Schema & { rows: MapSchema<Schema> }).rows.size)
        return updates
      },
    }
  },
  async joinLightly(port) {
    const response = await fetch(`http://localhost:${port}/matchmake/joinOrCreate/arena`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    const { processId, roomId, sessionId } = (await response.json()) as Record<string, string>
    let updates = 0
    const socket = await openLightSocket(
      `ws://localhost:${port}/${processId}/${roomId}?sessionId=${sessionId}`,
      (data, answer) => {
        const code = data[0]! & codeMask
        if (code === patchCode) updates++
        if (code === joinCode) answer(Uint8Array.of(joinCode))
      },
    )
    return { updates: () => updates, bytes: socket.bytes }
  },
}
