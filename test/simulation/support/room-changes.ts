import type { Simulation } from '@tygase/testkit'
import type { Gathering, Guest, TableRoom } from './gathering.js'

/** Few paths, so that guests meet, and rooms are empty now and then. Ids are as long as those that the server makes. */
const paths = [
  ...['a', 'b', 'c', 'd', 'e'].map((letter) => `/table/${letter.repeat(12)}`),
  ...['x', 'y', 'z'].map((letter) => `/den/${letter.repeat(12)}`),
  ...['/table', '/table'],
]

interface Scene {
  simulation: Simulation
  gathering: Gathering
  /** A present guest. */
  guest: Guest
  /** Any room. */
  room: TableRoom
}

/** The changes, with their weights. A change ends when its promise resolves, or with `repair`. */
const changes: readonly [weight: number, change: (scene: Scene) => Promise<unknown> | unknown][] = [
  [8, ({ simulation }) => join(simulation)],
  [4, ({ guest }) => void guest.connection.disconnect()],
  [4, ({ guest }) => guest.cut()],
  [2, ({ guest }) => guest.cut({ silent: true })],
  [2, ({ guest }) => guest.pause()],
  [2, ({ guest }) => guest.crash()],
  [2, close],
  [2, shutDown],
  [2, ({ room }) => (room.isLocked ? room.unlock() : room.lock())],
  [2, reserve],
  [2, kick],
  [1, ({ simulation }) => simulation.serverProcess.pause()],
  [1, ({ simulation }) => simulation.serverProcess.restart({ downMs: simulation.random() * 2000 })],
  [1, crashServer],
]

const totalWeight = changes.reduce((sum, [weight]) => sum + weight, 0)

/** One random change of a guest, a room or the server. */
export async function changeSomething(simulation: Simulation, gathering: Gathering): Promise<void> {
  const { server, random } = simulation
  const guests = simulation.clients.filter((client) => !client.isGone && client.hasConnected)
  // reason: all rooms are tables
  const rooms = [...server.rooms.values()] as unknown as TableRoom[]
  const guest = guests[Math.floor(random() * guests.length)]
  const room = rooms[Math.floor(random() * rooms.length)]
  let dice = random() * totalWeight
  const [, change] = changes.find(([weight]) => {
    dice -= weight
    return dice < 0
  })!
  if (guest === undefined || room === undefined) join(simulation)
  else await change({ simulation, gathering, guest: guest as Guest, room })
}

/** Mends every fault that can be mended. */
export function repair({ serverProcess, clients }: Simulation): void {
  serverProcess.resume()
  for (const client of clients) {
    client.heal()
    client.resume()
  }
}

/** A guest goes to one of the rooms, or to any room of a kind. */
export function join(simulation: Simulation): void {
  simulation.addClient({ path: paths[Math.floor(simulation.random() * paths.length)]! })
}

/** Meanwhile another guest asks to join; it waits and gets a new room. */
function close({ simulation, gathering, room }: Scene): void {
  gathering.vacancies.ended.add(room)
  void room.close({ reason: 'closing time' })
  simulation.addClient({ path: `/${room.key}` })
}

/** Obeyed from the host client; its room ends then and no other. */
function shutDown({ simulation, gathering, guest }: Scene): void {
  const { clientId } = guest.connection
  const room = [...simulation.server.rooms.values()].find(({ clients }) => clients.has(clientId))
  if (room !== undefined) gathering.vacancies.ended.add(room)
  guest.connection.disconnect({ shutdownServer: true }).catch(() => {})
}

/** A seat is reserved for a guest, which comes for it or does not. */
function reserve({ simulation, room }: Scene): void {
  if (!room.isOpen) return
  const { ticket } = room.reserve({ forMs: 5000 })
  if (simulation.random() < 0.7) simulation.addClient({ path: `/${room.key}`, connect: { ticket } })
}

function kick({ gathering, room }: Scene): void {
  const [client] = room.clients.values()
  if (client === undefined) return
  gathering.kicked.add(client.id)
  client.disconnect('no cheating')
}

/** The server's process dies and another one takes its place. Some guests come again. */
async function crashServer({ simulation }: Scene): Promise<void> {
  const present = simulation.clients.filter((client) => !client.isGone).length
  simulation.serverProcess.crash()
  await simulation.serverProcess.restart({ downMs: simulation.random() * 3000 })
  for (let count = 0; count < present; count += 2) join(simulation)
}
