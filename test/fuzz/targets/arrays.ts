import { type Dice, ScriptBytes } from '../dice.js'
import { ArrayPlay } from '../support/array-play.js'
import type { Target } from '../target.js'

/** A script of what happens to arrays, tick by tick, some two bytes for each thing. */
export const arrays: Target = {
  name: 'arrays',
  about: 'arrays under random operations, compared after every tick at live clients and late joiners',
  share: 1,
  corpus: (dice) => Array.from({ length: 20 }, () => drawArrays(dice)),
  fresh: drawArrays,
  run(input) {
    const script = new ScriptBytes(input)
    const play = new ArrayPlay(script)
    while (!script.isOver) play.tick()
    return `ok ${play.acts >> 6}`
  },
}

function drawArrays(dice: Dice): Uint8Array {
  return dice.bytes(600)
}
