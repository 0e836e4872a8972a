import { closeCodes } from '@tygase/protocol'
import { pick } from '../dice.js'
import { farPacket } from '../support/far-packets.js'
import { joinPackets, splitPackets } from '../support/packets.js'
import { recordedPackets } from '../support/recorded-packets.js'
import { SessionStage, type SideName } from '../support/session-stage.js'
import { demand, kindOf, type Target } from '../target.js'

/** The first byte: which side gets the packets, over what kind of transport, and whether the two have met before. */
export const session: Target = {
  name: 'session',
  about: 'a session that gets packets from a stranger',
  share: 12,
  corpus(dice) {
    const packets = recordedPackets(dice)
    return Array.from({ length: 300 }, () => {
      const some = Array.from({ length: 1 + dice.below(4) }, () =>
        dice.below(4) === 0 ? farPacket(dice) : pick(dice, packets),
      )
      return Uint8Array.of(dice.below(8), ...joinPackets(some))
    })
  },
  run(input) {
    const first = input[0] ?? 0
    const to: SideName = (first & 1) === 0 ? 'client' : 'server'
    const stage = new SessionStage((first & 2) === 0)
    for (const side of stage.sides) side.isForged = true
    if ((first & 4) === 0) {
      stage.connect()
      stage.tick(10)
      stage.deliver('server')
      stage.tick(0)
      stage.deliver('client')
      stage.send(to, 1, 2)
      stage.send(to, Number.POSITIVE_INFINITY, 3)
      stage.sendState(true)
      stage.tick(10)
    }
    for (const packet of splitPackets(input.subarray(1)).slice(0, 20)) {
      stage.receive(to, packet)
      stage.settle(packet.length)
      stage.flush(to)
    }
    stage.tick(500)
    const { status, closeInfo } = stage[to].session
    if (closeInfo !== undefined) demand(closeInfo.code in closeCodes, `it ended with '${closeInfo.code}'`)
    demand(stage[to].waiting.length <= 64 + 20, 'more events wait than there may')
    stage.close(to)
    stage.tick(5000)
    for (const { outcomes } of stage[to].fates) demand(outcomes.length === 1, 'an event has no outcome')
    return `ok ${to} ${status} ${closeInfo && kindOf({ code: closeInfo.code, message: closeInfo.reason })}`
  },
}
