import type { Clock } from '@tygase/gamestate'
import {
  type Drawing,
  type FeelLine,
  type FeelPlayer,
  type FeelReport,
  type FeelRows,
  measureFeel,
} from '@tygase/testkit/feel'
import type { FeelLink } from './feel-links.js'
import { type FeelGame, makeFeelGame } from './game.js'
import { processorMs } from './processor-time.js'
import { beginScene, type FeelScene } from './scenes.js'
import { type FeelSystem, rowsOf } from './systems.js'

/** Plays a scene in virtual time. @param onLine gets the log */
export function playScene(
  system: FeelSystem,
  scene: FeelScene,
  link: FeelLink,
  seconds: number,
  seed: number,
  onLine?: (line: FeelLine) => void,
): Promise<FeelReport> {
  const game = makeFeelGame(scene.game)
  let clock: Clock | undefined
  let looked: FeelRows = {}
  const drawer = system.createDrawer(game, () => clock!)
  return measureFeel<FeelGame>({
    ...{ game, seed, seconds, fps: scene.fps, topSpeed: scene.topSpeed, rows: rowsOf, link: link.conditions },
    ...{ system: system.name, scene: scene.name, linkName: link.name, client: system.client },
    ...(system.room && { server: system.room }),
    play(player: FeelPlayer<FeelGame>) {
      clock = player.clock
      beginScene(scene, player, () => looked)
    },
    drawn(connection): Drawing {
      const startMs = processorMs()
      const drawing = drawer.draw(connection)
      looked = drawing.rows
      return { ...drawing, cpuMs: processorMs() - startMs }
    },
    onLine(line) {
      drawer.onLine?.(line)
      onLine?.(line)
    },
  })
}
