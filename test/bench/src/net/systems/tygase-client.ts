import { connect } from '@tygase/client'
import type { EntityMap } from '@tygase/gamestate'
import { ClientSession } from '@tygase/protocol'
import { openLightSocket } from './light-socket.js'
import {
  type Call,
  checkRowCount,
  type LightClient,
  type NetClients,
  rowCount,
  type WholeClient,
} from './net-system.js'

const addressOf = (port: number, path: string) => `ws://localhost:${port}${path}`

export const tygaseClients: NetClients = {
  join: (port) => joinTygase(port, '/', rowCount),
  joinLightly: (port) => joinTygaseLightly(port, '/'),
}

/** Lets a client join that keeps a replica, which is to have so many rows. */
export async function joinTygase(port: number, path: string, rows: number): Promise<WholeClient> {
  const connection = await connect(addressOf(port, path))
  let updates = 0
  connection.subscribe(
    (state) => state,
    () => updates++,
  )
  return {
    updates() {
      if (connection.status !== 'connected') throw new Error(`A client is ${connection.status}.`)
      checkRowCount((connection.state as { rows: EntityMap<object> }).rows.size, rows)
      return updates
    },
  }
}

export async function joinTygaseLightly(port: number, path: string): Promise<LightClient> {
  let updates = 0
  // a rush of clients is let in over some ticks: an open socket is not in the game yet
  let join = (): void => {}
  const joined = new Promise<void>((resolve) => {
    join = resolve
  })
  const session = new ClientSession(
    {
      path,
      random: Math.random,
      listener: {
        onEvent: ({ sequence }) => session.reply(sequence, { kind: 'done' }),
        onState(version) {
          updates++
          join()
          session.stateHeld(version)
        },
      },
    },
    performance.now(),
  )
  const flush = (): void => {
    for (let packet = session.flush(performance.now()); packet !== undefined; ) {
      socket.send(packet)
      packet = session.flush(performance.now())
    }
  }
  const socket = await openLightSocket(addressOf(port, path), (data) => {
    // a state comes in one message with acks and times, which the session must see; its delta is not decoded
    session.receive(data, performance.now())
    if (session.nextDeadline() <= performance.now()) session.advance(performance.now())
    flush()
  })
  session.attach({ reliable: true }, performance.now())
  flush()
  await joined
  return { updates: () => updates, bytes: socket.bytes }
}

export async function callTygase(port: number): Promise<Call> {
  const connection = await connect(addressOf(port, '/'))
  return (value) => connection.request('echo', value)
}
