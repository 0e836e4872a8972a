import { type Dice, pick } from '../dice.js'
import { SessionStage } from './session-stage.js'

/** The packets of two sessions that connect, play, lose each other and go on, over a transport of either kind. */
export function recordedPackets(dice: Dice): Uint8Array[] {
  return [true, false].flatMap((reliable) => {
    const stage = new SessionStage(reliable)
    for (let cut = 0; cut < 4; cut++) {
      stage.connect()
      for (let step = 0; step < 40; step++) {
        stage.send(pick(dice, ['client', 'server']), pick(dice, [0, 1, Infinity]), dice.below(4))
        if (dice.below(3) === 0) stage.sendState(dice.below(3) > 0)
        stage.tick(dice.below(150))
        stage.deliver('client')
        if (!reliable && dice.below(4) === 0) stage.lose('server')
        stage.deliver('server')
        stage.settle(dice.below(4))
      }
      stage.cut()
    }
    stage.connect()
    stage.close('server')
    stage.tick(0)
    return [...stage.seen]
  })
}
