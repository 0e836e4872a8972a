import { Writable } from 'node:stream'
import { createRandom, GameStateMachine, GameStateStore } from '@tygase/gamestate'
import { record } from '@tygase/record'
import { openReplay } from '@tygase/record/replay'
import { median } from '../median.js'
import { loadTag, type TagAndBots } from './load-games.js'

/** Bots of the game, or people, who send less. */
type Players = 'bots' | 'people'

export interface RecordingFigures {
  readonly players: Players
  readonly minutes: number
  readonly bytes: number
  /** Without the events of clients. */
  readonly bytesOfStates: number
  readonly seekMs: number
  readonly longestSeekMs: number
}

const playerCount = 6
/** A bot decides on every third tick, a person on every twelfth, and sends an event to run in another direction. */
const decideEvery: Readonly<Record<Players, number>> = { bots: 3, people: 12 }
const minChange = 0.08
const seeks = 100

/** Records Tag with six players, and seeks in it. */
export async function measureRecording(players: Players, minutes: number): Promise<RecordingFigures> {
  const played = await loadTag()
  const { whole, states } = await playTag(played, decideEvery[players], minutes)
  const random = createRandom(1)
  const times: number[] = []
  for (let seek = 0; seek < seeks; seek++) {
    const startMs = performance.now()
    // opened anew: no part of it is kept
    const replay = await openReplay(whole, played.tag)
    await replay.at(replay.firstTick + random() * (replay.lastTick - replay.firstTick))
    times.push(performance.now() - startMs)
  }
  return {
    ...{ players, minutes, bytes: whole.length, bytesOfStates: states.length },
    ...{ seekMs: median(times), longestSeekMs: Math.max(...times) },
  }
}

async function playTag(
  { tag, drawTemper, see, decide }: TagAndBots,
  everyTicks: number,
  minutes: number,
): Promise<{ whole: Uint8Array; states: Uint8Array }> {
  const store = new GameStateStore(tag.initialState(), { logger: false })
  const machine = new GameStateMachine(store, tag, { seed: 1, logger: false })
  const room = { kind: 'tag', id: '1', status: 'open' as const, machine }
  const players = Array.from({ length: playerCount }, (_, index) => {
    const random = createRandom(1, index)
    const client = { id: `player${index}a`, userId: undefined, name: undefined, isHost: index === 0, data: undefined }
    return { client, random, temper: drawTemper(random), dx: 0, dy: 0, sequence: 0 }
  })
  for (const { client } of players) machine.push({ kind: 'join', client })
  for (const [index, player] of players.entries()) push(player, 'join', { name: `Player ${index}`, bot: true })
  const sinks = [new Sink(), new Sink()] as const
  const recordings = [record(room, sinks[0]), record(room, sinks[1], { redact: { event: () => undefined } })]
  for (let tick = 0; tick < minutes * 60 * machine.tickRate; tick++) {
    machine.step()
    if (tick % everyTicks !== 0) continue
    for (const player of players) {
      const sight = see(store.state, machine.time, player.client.id)
      if (sight === undefined) continue
      const { dx, dy } = decide(sight, player.temper, player.random)
      if (Math.hypot(dx - player.dx, dy - player.dy) < minChange) continue
      Object.assign(player, { dx, dy })
      push(player, 'steer', { dx, dy })
    }
    // chunks are compressed meanwhile
    if (tick % 900 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  for (const recording of recordings) await recording.stop()
  return { whole: sinks[0].bytes, states: sinks[1].bytes }

  function push(player: (typeof players)[number], name: string, data: unknown): void {
    machine.push({ kind: 'event', name, data, client: player.client, sequence: ++player.sequence })
  }
}

/** A stream that keeps what is written. */
class Sink extends Writable {
  readonly #chunks: Uint8Array[] = []

  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks))
  }

  override _write(chunk: Uint8Array, _: string, done: (error?: Error) => void): void {
    this.#chunks.push(chunk)
    done()
  }
}
