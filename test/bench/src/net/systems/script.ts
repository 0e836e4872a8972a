import { createRandom } from '@tygase/gamestate'
import { beginArena } from '../../scenes/arena.js'

/** What every server plays, from the same seed. */
export function beginNetScript() {
  return beginArena(createRandom(20))
}
