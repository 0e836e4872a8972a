// Runs in a page: decodes what a server has sent, as a client does.
import { sceneNamed } from '../scenes/scenes.js'
import { colyseus } from '../systems/colyseus.js'
import type { ClientSide } from '../systems/system.js'
import { tygase } from '../systems/tygase.js'
import type { Recording } from './recording.js'

let recording: Recording
let snapshot: Uint8Array
let deltas: readonly Uint8Array[]
let client: ClientSide

/** What the program that drives the browser calls, by the name `bench`. */
export const calls = {
  load(recorded: Recording): void {
    recording = recorded
    snapshot = bytesOf(recorded.snapshot)
    deltas = recorded.deltas.map(bytesOf)
    client = join()
  },
  /**
   * Follows the recording from its snapshot, again and again, for so long.
   * @returns how long a delta takes, in ms. Clocks of pages are coarse: what is timed is all deltas of a recording together.
   */
  play(ms: number): number {
    let playedMs = 0
    let count = 0
    while (playedMs < ms) {
      client = join()
      const startMs = performance.now()
      for (const delta of deltas) client.receive(delta)
      playedMs += performance.now() - startMs
      count += deltas.length
    }
    return playedMs / count
  },
  /** The state of the client at the end of the recording. */
  state: (): unknown => client.state(),
}

Object.assign(globalThis, { bench: calls })

function join(): ClientSide {
  const system = recording.system === colyseus.name ? colyseus : tygase
  return system.join(sceneNamed(recording.scene), snapshot)
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
}
