import type { Presented } from '@tygase/protocol'
import { encodePayload } from '@tygase/protocol/payload'
import { createSeededRandom, SimulatedLink, VirtualClock } from '@tygase/testkit/sim'
import { type ClientAddress, RoomServer, type RoomServerOptions } from '../../src/index.js'
import { type Field, field, LogBook, quickLink } from './stage.js'
import { VirtualClient } from './virtual-client.js'

/** A server of rooms in virtual time, with rooms of `field` by the name of `field`, and how to join one. */
export async function setRoomStage(
  options: RoomServerOptions = {},
  roomOptions: Parameters<typeof RoomServer.prototype.define<typeof field>>[2] = {},
) {
  const clock = new VirtualClock()
  const log = new LogBook()
  const random = createSeededRandom(7)
  const server = new RoomServer({ clock, random, logger: log, ...options })
  server.define('field', field, { tellMembers: false, ...roomOptions })
  await server.run({ port: false })
  let seed = 100
  /** Lets time pass, and promises settle meanwhile. */
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 10) {
      clock.advance(Math.min(10, left))
      for (let i = 0; i < 40; i++) await Promise.resolve()
    }
  }
  const join = (path: string, presented: Presented = {}, clientAddress?: ClientAddress) => {
    const link = new SimulatedLink(clock, createSeededRandom(seed++), quickLink)
    server.acceptTransport(clientAddress ? Object.assign(link.ends[1], { clientAddress }) : link.ends[1])
    const bytes = Object.keys(presented).length === 0 ? new Uint8Array(0) : encodePayload(presented)
    const client = new VirtualClient<Field>(clock, link.ends[0], seed, path, bytes)
    return { client, link }
  }
  /** As `join`, for those who are done at once. */
  const joined = async (path: string, presented: Presented = {}): Promise<VirtualClient<Field>> => {
    const { client } = join(path, presented)
    await pass(100)
    return client
  }
  return { clock, log, server, pass, join, joined }
}

/** The code of a refusal by a server of rooms, which stands at the beginning of its reason; undefined for one who is not refused. */
export function refusalOf(client: VirtualClient<Field>): string | undefined {
  // a refusal that may pass does not end a session that has not begun
  const passing = client.statuses.findLast(([status]) => status === 'connecting')?.[1]
  const { closeInfo = passing } = client.session
  return closeInfo?.code === 'refused' ? closeInfo.reason.split(':')[0] : closeInfo?.code
}
