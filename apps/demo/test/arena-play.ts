import { createRandom, GameStateMachine, GameStateStore, type WireOutcome } from '@tygase/gamestate'
import { type Tag, tag } from '../src/game.js'
import type { Player } from '../src/player.js'

export interface Told {
  name: string
  data: unknown
}

/** A game that is stepped by hand, with what it told its clients. */
export class ArenaPlay {
  readonly machine: GameStateMachine<typeof tag>
  readonly told: Told[] = []

  constructor(options: { seed?: number; state?: Tag } = {}) {
    const store = new GameStateStore<Tag>(options.state ?? tag.initialState())
    this.machine = new GameStateMachine(store, tag, { seed: options.seed ?? 1 })
    this.machine.subscribe({ onDispatch: (name, data) => void this.told.push({ name, data }) })
  }

  get state() {
    return this.machine.store.state
  }

  /** Sends an event and makes ticks until it is settled: one. */
  send(clientId: string, name: 'join' | 'steer', data: unknown): WireOutcome {
    let outcome: WireOutcome | undefined
    this.machine.pushEvent({ name, data, clientId, settle: (settled) => (outcome = settled) })
    if (outcome === undefined) this.machine.step()
    return outcome as WireOutcome
  }

  leave(clientId: string): void {
    this.machine.pushLeave(clientId)
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

/** A player at a place, at rest. */
export function disc(x: number, y: number, more: Partial<Player> = {}): Player {
  return { name: 'Disc', colour: 0, bot: false, x, y, vx: 0, vy: 0, dx: 0, dy: 0, itSeconds: 0, tags: 0, ...more }
}

/** A stream of numbers for tests. */
export function seeded(seed: number): () => number {
  return createRandom(seed, 0, 0)
}
