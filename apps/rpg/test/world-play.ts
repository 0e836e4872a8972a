import { GameStateMachine, GameStateStore, type Outcome, type RuleClient } from '@tygase/gamestate'
import { type World, world } from '../src/world.js'

/** The rules, stepped by hand. */
export class WorldPlay {
  readonly machine = new GameStateMachine(new GameStateStore<World>(world.initialState()), world)
  readonly said: unknown[] = []
  #sequence = 0
  #outcomes: readonly Outcome[] = []

  constructor() {
    this.machine.onTick(({ dispatches, outcomes }) => {
      for (const { data } of dispatches) this.said.push(data)
      this.#outcomes = outcomes
    })
  }

  /** The server puts a player into the world. */
  enter(clientId: string, name = clientId, [x, y, z]: readonly [number, number, number] = [0, 0, 0]): Outcome {
    this.machine.push({ kind: 'event', name: 'enter', data: { x, y, z }, client: clientOf(clientId, name) })
    this.machine.step()
    return this.#outcomes[0]!
  }

  /** A client sends an event; makes one tick, unless the event is refused at once. */
  send(clientId: string, name: string, data?: unknown): Outcome {
    const client = clientOf(clientId)
    const refusal = this.machine.push({ kind: 'event', name, data, client, sequence: ++this.#sequence })
    if (refusal !== undefined) return refusal
    this.machine.step()
    return this.#outcomes[0]!
  }

  leave(clientId: string): void {
    this.machine.push({ kind: 'leave', client: clientOf(clientId) })
    this.machine.step()
  }

  steps(count: number): void {
    for (let step = 0; step < count; step++) this.machine.step()
  }

  player(clientId: string) {
    const player = this.machine.store.state.players.get(clientId)
    if (player === undefined) throw new Error(`${clientId} is not there`)
    return player
  }
}

function clientOf(id: string, name?: string): RuleClient {
  return { id, userId: name, name, isHost: false, data: undefined }
}
