import { ByteWriter } from '@tygase/gamestate/internal'
import { type Dice, pick } from '../dice.js'

/** What numbers of events can be, at most. */
const maxSequence = 2 ** 50
const ends = [1, 2 ** 31, 2 ** 32, maxSequence, 2 ** 51, 2 ** 52, 2 ** 53 - 1]

const payloadFlag = 0x40
const sequenceFlag = 0x10
/** Of a client: a tick, and what was seen before it. Of a server: a version, and an origin. */
const waitFlag = 0x20
const sourceFlag = 0x80

/** A packet of events whose sequences and floors are near an end of what they may be: from a stranger, who can count on from anything. */
export function farPacket(dice: Dice): Uint8Array {
  const writer = new ByteWriter()
  if (dice.below(2) === 0) {
    const floor = near(dice)
    writer.writeByte(10)
    writer.writeVarUint(floor)
    writer.writeVarUint(pick(dice, [0, Math.min(1, floor - 1), floor - 1]))
  }
  for (let events = dice.below(4); events > 0; events--) {
    const isCounted = dice.below(4) === 0
    const hasPayload = dice.below(2) === 0
    const far = dice.below(4) === 0 ? pick(dice, [waitFlag, sourceFlag, waitFlag | sourceFlag]) : 0
    writer.writeByte(7 | (isCounted ? 0 : sequenceFlag) | (hasPayload ? payloadFlag : 0) | far)
    if (!isCounted) writer.writeVarUint(near(dice))
    if (far & waitFlag) writer.writeVarUint(near(dice))
    if (far & sourceFlag) writer.writeVarUint(near(dice))
    writer.writeVarUint(1)
    if (hasPayload) writer.writeBytes(Uint8Array.of(dice.below(128)))
  }
  return writer.finish()
}

function near(dice: Dice): number {
  return Math.min(Math.max(pick(dice, ends) + dice.below(7) - 3, 1), Number.MAX_SAFE_INTEGER)
}
