import assert from 'node:assert/strict'
import type { Room } from '@tygase/server'
import type { SimulatedClient, SimulateOptions, Simulation } from '@tygase/testkit'
import { type Note, nameOf, type table } from './table.js'
import { Vacancies } from './vacancies.js'

export type TableRoom = Room<typeof table>
export type Guest = SimulatedClient<typeof table>

/** The events of one guest, counted apart from the checkers of the simulation. */
interface Tally {
  /** Its room; undefined if the room ended before the guest had connected. */
  room: TableRoom | undefined
  moves: number
  answers: number
  newsSent: number[]
  newsHeard: number[]
  newsOutcomes: number
  /** The rooms that events and states of this guest name. */
  rooms: Set<string>
}

/** The names of rooms in packets. All ids have twelve characters, so any byte may follow. */
const roomNames = /(?:table|den)\/[a-z0-9]{12}/g

/** A close code, with the condition under which a guest may be closed with it. */
const ends: Readonly<Record<string, (isOver: boolean, wasKicked: boolean) => boolean>> = {
  disconnected: () => true,
  shutdown: (isOver) => isOver,
  kicked: (_isOver, wasKicked) => wasKicked,
  // a guest that was away learns only that it cannot resume, or not even that
  resume_failed: (isOver, wasKicked) => isOver || wasKicked,
  grace_over: (isOver, wasKicked) => isOver || wasKicked,
}

/** Lets guests play at random in their rooms, and checks the results. */
export class Gathering {
  /** Sessions that were ended by their room. */
  readonly kicked = new Set<string>()
  readonly vacancies = new Vacancies()
  readonly #tallies = new Map<Guest, Tally>()
  /** The names of rooms that were in the packets to each client, by index. */
  readonly #seenNames: Set<string>[] = []
  #news = 0
  #rooms: () => TableRoom[] = () => []

  /** Call it before the first client connects. */
  attend(simulation: Simulation): void {
    // reason: all rooms are tables
    this.#rooms = () => [...simulation.server.rooms.values()] as unknown as TableRoom[]
  }

  /** For `onPacket`. */
  readonly read: NonNullable<SimulateOptions['onPacket']> = ({ client, fromServer, bytes }) => {
    if (!fromServer) return
    this.#seenNames[client] ??= new Set()
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    for (const [name] of text.matchAll(roomNames)) this.#seenNames[client].add(name)
  }

  /** For `onConnect`. */
  readonly greet = (guest: Guest): void => {
    const { connection } = guest
    const room = this.#rooms().find(({ clients }) => clients.has(connection.clientId))
    const rooms = new Set<string>()
    const tally: Tally = { room, rooms, moves: 0, answers: 0, newsSent: [], newsHeard: [], newsOutcomes: 0 }
    this.#tallies.set(guest, tally)
    connection.registerEventHandler('news', ({ room, number }) => {
      tally.newsHeard.push(number)
      rooms.add(room)
      return number
    })
    connection.registerEventHandler('heard', (words) => void rooms.add(words.room))
    // a session that ends meanwhile gets no answer
    connection.channels.subscribe('chat', ({ data }) => void rooms.add(String(data))).catch(() => {})
    connection.subscribe(({ room }) => void rooms.add(room))
  }

  /** Each guest that can acts about every 200 ms. */
  async play(simulation: Simulation, ms: number): Promise<void> {
    const { serverProcess, random } = simulation
    for (const endMs = simulation.nowMs + ms; simulation.nowMs < endMs; ) {
      this.#expectGoodEnds(simulation)
      this.vacancies.look(simulation, this.#rooms())
      for (const [guest, tally] of this.#tallies) {
        if (!guest.isPaused && tally.room !== undefined && random() < 0.5) act(guest, nameOf(tally.room), tally, random)
      }
      for (const room of serverProcess.isPaused ? [] : this.#rooms()) if (random() < 0.1) this.#tellNews(room)
      await simulation.step(50 + random() * 100)
    }
  }

  /** After `settle`, for present guests: checks that nothing is missing, doubled or of another room. */
  expectAllDelivered(simulation: Simulation): void {
    this.#expectGoodEnds(simulation)
    for (const [guest, { room, ...tally }] of this.#tallies) {
      if (room === undefined) continue
      const who = `client ${guest.index} in ${room.key}: `
      const { clientId, state, members } = guest.connection
      const seat = room.store.state.seats.get(clientId)
      // a visitor may leave before its first tick
      const { x, ...found } = { x: 0, room: nameOf(room), moves: 0, last: 0, outOfTurn: 0, ...seat }
      const { moves } = tally
      assert.deepEqual(found, { room: nameOf(room), moves, last: moves, outOfTurn: 0 }, `${who}moves`)
      assert.equal(tally.answers, moves, `${who}answers`)
      assert.deepEqual(tally.newsHeard, tally.newsSent, `${who}news`)
      assert.equal(tally.newsOutcomes, tally.newsSent.length, `${who}outcomes of news`)
      assert.deepEqual(state.strays, [], `${who}events of other rooms`)
      assert.deepEqual(
        [...tally.rooms].filter((name) => name !== nameOf(room)),
        [],
        `${who}where things came from`,
      )
      assert.ok(
        [...state.hands.keys()].every((id) => id === clientId),
        `${who}hands of others`,
      )
      assert.deepEqual([...members.keys()], [...room.clients.keys()], `${who}members`)
    }
  }

  /** Of all who ever came: in no packet was the name of another room. @returns in how many rooms somebody has read a name */
  expectNothingLeaked(simulation: Simulation): number {
    const read = new Set<string>()
    for (const { index, path } of simulation.clients) {
      const names = [...(this.#seenNames[index] ?? [])]
      const isNamed = path.split('/').length === 3
      const others = isNamed ? names.filter((name) => `/${name}` !== path) : names.slice(1)
      assert.deepEqual(others, [], `names of rooms in the packets to client ${index} of ${path}: ${names}`)
      for (const name of names) read.add(name)
    }
    return read.size
  }

  /** A guest leaves by itself, with its room, or by a kick. No session ends within its grace time. Drops the tallies of those that left. */
  #expectGoodEnds({ server, serverProcess }: Simulation): void {
    for (const [guest, { room }] of [...this.#tallies]) {
      if (!guest.isGone) continue
      this.#tallies.delete(guest)
      if (guest.hasCrashed) continue
      const { clientId, closeInfo } = guest.connection
      const isOver =
        room === undefined || !serverProcess.hasMet(clientId) || server.rooms.get(room.key) !== (room as object)
      const isGood = ends[closeInfo?.code ?? '']?.(isOver || room?.status === 'closing', this.kicked.has(clientId))
      assert.ok(isGood, `client ${guest.index} in ${room?.key} has ended with ${closeInfo?.code}`)
    }
  }

  #tellNews(room: TableRoom): void {
    const number = ++this.#news
    const present = new Map<string, Tally>()
    for (const [{ connection }, tally] of this.#tallies) {
      if (tally.room !== room || !room.clients.has(connection.clientId)) continue
      tally.newsSent.push(number)
      present.set(connection.clientId, tally)
    }
    const noteOutcome = ({ id }: { id: string }): void => {
      present.get(id)!.newsOutcomes++
    }
    const to = [...present.keys()]
    const options = { to, retries: Number.POSITIVE_INFINITY, onAck: noteOutcome, onFail: noteOutcome }
    if (present.size > 0) room.dispatchEvent('news', { room: nameOf(room), number }, options)
  }
}

function act({ connection }: Guest, room: string, tally: Tally, random: () => number): void {
  const words: Note = { room, number: tally.moves }
  const dice = random()
  if (dice < 0.6) {
    const number = ++tally.moves
    // each move is handled once and in order, so the answer is known beforehand
    const onAck = (count: unknown): void => {
      if (count === number) tally.answers++
    }
    connection.dispatchEvent('move', { room, number }, { retries: Number.POSITIVE_INFINITY, onAck })
  } else if (dice < 0.85) connection.dispatchEvent('say', words, { retries: dice < 0.7 ? 0 : 2 })
  else connection.channels.publish('chat', room).catch(() => {})
}
