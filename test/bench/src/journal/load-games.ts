import type { AnyGame } from '@tygase/gamestate'
import type { RoomOptions } from '@tygase/server'

const apps = new URL('../../../../apps/', import.meta.url)

/** The game of `apps/arena`, which is built before, and the options of its rooms. */
export async function loadArena(): Promise<{ arena: AnyGame; options: RoomOptions<AnyGame> }> {
  const [{ arena }, { maxPlayers, rewindMs }] = await Promise.all([
    load('arena/dist/game.js'),
    load('arena/dist/field.js'),
  ])
  return { arena, options: { maxClients: maxPlayers, maxRewindMs: rewindMs } }
}

/** The game of `apps/demo`, and what its bots do. */
export interface TagAndBots {
  readonly tag: AnyGame
  drawTemper(random: () => number): unknown
  see(state: unknown, time: number, clientId: string): unknown
  decide(sight: unknown, temper: unknown, random: () => number): { dx: number; dy: number }
}

export async function loadTag(): Promise<TagAndBots> {
  const [game, brain, sight] = await Promise.all(
    ['game', 'bots/brain', 'bots/sight'].map((name) => load(`demo/dist/${name}.js`)),
  )
  return { tag: game.tag, drawTemper: brain.drawTemper, see: sight.see, decide: brain.decide }
}

function load(path: string) {
  return import(new URL(path, apps).href)
}
