import { GameStateMachine, GameStateStore, type WireOutcome } from '@tygase/gamestate'
import { type World, world } from '../src/world.js'

/** The rules, stepped by hand. */
export class WorldPlay {
  readonly machine = new GameStateMachine(new GameStateStore<World>(world.initialState()), world)
  readonly said: unknown[] = []

  constructor() {
    this.machine.subscribe({ onDispatch: (_name, data) => void this.said.push(data) })
  }

  enter(clientId: string, name = clientId, [x, y, z]: readonly [number, number, number] = [0, 0, 0]): WireOutcome {
    return this.send(clientId, 'enter', { name, x, y, z })
  }

  /** Sends an event and makes a tick, where it is not refused at once. */
  send(clientId: string, name: string, data?: unknown): WireOutcome {
    const outcomes: WireOutcome[] = []
    this.machine.pushEvent({ name, data, clientId, settle: (outcome) => void outcomes.push(outcome) })
    if (outcomes.length === 0) this.machine.step()
    return outcomes[0]!
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
