import { runInThisContext } from 'node:vm'
import { createRandom } from '@tygase/gamestate'
import { readExamples } from '../build/read-examples.js'
import { type Evaluate, type LoadedGame, loadGame } from '../run/game-code.js'
import type { Hands } from '../run/play.js'
import { freshRecord, presets } from '../run/record.js'
import { Run } from '../run/run.js'

export const examples = readExamples()
export const exampleNames = Object.keys(examples)

/** As the worker does it, without a browser. */
export const evaluate: Evaluate = (functionText) => runInThisContext(functionText)

export function load(name: string): LoadedGame {
  return loadGame(examples[name]!.code, evaluate)
}

const keys = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'KeyA', 'KeyD', 'KeyW', 'KeyS', 'Space']
const none: Hands = { keys: new Set(), presses: [], pointer: undefined, clicks: [] }

/**
 * Plays for a while: the first two clients by hand, the others by themselves, and the networks change now and then.
 * @returns the run, at its end
 */
export async function playByHand(loaded: LoadedGame, seed: number, seconds: number, clients = 4): Promise<Run> {
  const run = await Run.start(loaded, freshRecord(seed, clients, presets.Mobile))
  const random = createRandom(seed, 7)
  const [width, height] = loaded.play.size
  const held: Hands[] = [none, none]
  for (let frame = 0; frame < (seconds * 1000) / 16; frame++) {
    for (const [client, hands] of held.entries()) {
      // a person does three things in a second
      if (random() < 0.05) {
        const place = { x: random() * width, y: random() * height }
        const key = keys[Math.floor(random() * keys.length)]!
        const isPointer = random() < 0.4
        held[client] = isPointer
          ? { keys: new Set(), presses: [], pointer: { ...place, isDown: random() < 0.5 }, clicks: [place] }
          : { keys: new Set([key]), presses: [key], pointer: undefined, clicks: [] }
        if (client < clients) run.control(client, held[client]!)
      } else if (client < clients && hands !== none && random() < 0.5) {
        run.control(client, { ...hands, presses: [], clicks: [] })
      }
    }
    if (random() < 0.003) run.take(clients - 1, { kind: 'cut' })
    if (random() < 0.02) run.take(clients - 1, { kind: 'heal' })
    if (random() < 0.005) {
      const link = { latencyMs: Math.floor(random() * 200), jitterMs: Math.floor(random() * 80), lossPercent: 3 }
      run.take(Math.floor(random() * clients), { kind: 'link', link })
    }
    if (random() < 0.003) run.take(0, { kind: random() < 0.5 ? 'behind' : 'ahead' })
    await run.step()
  }
  return run
}

/** The fingerprint of a record that is played again from its start. */
export async function replayed(loaded: LoadedGame, record: Run['record']): Promise<string> {
  const run = await Run.start(loaded, record)
  await run.replay(record)
  return run.fingerprint
}
