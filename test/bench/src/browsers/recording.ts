import { sceneNamed } from '../scenes/scenes.js'
import { startServer } from '../start.js'
import { systemNamed } from '../systems/systems.js'

/** What a server has sent to a client that joined: bytes as texts in base 64, as they go to a page in JSON. */
export interface Recording {
  readonly scene: string
  readonly system: string
  readonly snapshot: string
  readonly deltas: readonly string[]
}

/** Scenes with rows that are played in browsers: a page decodes what was recorded, again and again. */
export const browserScenes = ['swarm', 'wander', 'sparse', 'arena', 'churn', 'volley', 'physics', 'flags', 'lossless']

/** @returns the recording, and the state of the server at its end */
export function record(sceneName: string, systemName: string): { recording: Recording; state: unknown } {
  const scene = sceneNamed(sceneName)
  const { server, script } = startServer(scene, systemNamed(systemName))
  const snapshot = base64Of(server.snapshot())
  const deltas: string[] = []
  for (let tick = 0; tick < scene.ticksPerRound; tick++) {
    const bytes = server.step(script.next())
    if (bytes.length > 0) deltas.push(base64Of(bytes))
  }
  return { recording: { scene: scene.name, system: systemName, snapshot, deltas }, state: server.state() }
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
