import { createRandom, GameStateMachine, GameStateStore, type Outcome, type RuleClient } from '@tygase/gamestate'
import { tickRate } from '../src/arena.js'
import { type Tag, tag } from '../src/game.js'
import type { Player } from '../src/player.js'

export interface Sent {
  name: string
  data: unknown
}

/** A game that is stepped by hand, with the events that it sent. */
export class ArenaPlay {
  readonly machine: GameStateMachine<typeof tag>
  readonly sent: Sent[] = []
  #sequence = 0
  #outcomes: readonly Outcome[] = []

  constructor(options: { seed?: number; state?: Tag } = {}) {
    const store = new GameStateStore<Tag>(options.state ?? tag.initialState())
    this.machine = new GameStateMachine(store, tag, { seed: options.seed ?? 1 })
    this.machine.onTick(({ dispatches, outcomes }) => {
      for (const { name, data } of dispatches) this.sent.push({ name, data })
      this.#outcomes = outcomes
    })
  }

  get state() {
    return this.machine.store.state
  }

  /** Game time in seconds. */
  get time(): number {
    return this.machine.tick / tickRate
  }

  /** Sends an event and makes one tick, unless the event is refused at once. */
  send(clientId: string, name: 'join' | 'steer', data: unknown): Outcome {
    const refusal = this.push(clientId, name, data)
    if (refusal !== undefined) return refusal
    this.machine.step()
    return this.#outcomes[0]!
  }

  /** Sends an event. @returns its outcome if it is refused at once */
  push(clientId: string, name: 'join' | 'steer', data: unknown): Outcome | undefined {
    return this.machine.push({ kind: 'event', name, data, client: clientOf(clientId), sequence: ++this.#sequence })
  }

  leave(clientId: string): void {
    this.machine.push({ kind: 'leave', client: clientOf(clientId) })
    this.machine.step()
  }

  steps(count: number): void {
    for (let step = 0; step < count; step++) this.machine.step()
  }

  player(clientId: string) {
    const player = this.state.players.get(clientId)
    if (player === undefined) throw new Error(`${clientId} does not play`)
    return player
  }
}

function clientOf(id: string): RuleClient {
  return { id, userId: undefined, name: undefined, isHost: false, data: undefined }
}

/** A player at a place, at rest. */
export function disc(x: number, y: number, more: Partial<Player> = {}): Player {
  return { name: 'Disc', colour: 0, bot: false, x, y, vx: 0, vy: 0, dx: 0, dy: 0, itSeconds: 0, tags: 0, ...more }
}

/** A stream of numbers for tests. */
export function seeded(seed: number): () => number {
  return createRandom(seed, 0, 0)
}
