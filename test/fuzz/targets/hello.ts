import { TygaseError } from '@tygase/gamestate'
import { protocolVersion, readHello } from '@tygase/protocol/internal'
import { recordedPackets } from '../support/recorded-packets.js'
import { demand, kindOf, type Target } from '../target.js'

export const hello: Target = {
  name: 'hello',
  about: 'the first packet of a stranger',
  share: 4,
  corpus: (dice) => recordedPackets(dice).filter((bytes) => bytes[0] === 1),
  run(input) {
    try {
      const taken = readHello(input)
      demand(taken.protocolVersion === protocolVersion, `the version ${taken.protocolVersion} was taken`)
      demand(Number.isFinite(taken.startMs), 'a clock that is no number was taken')
      return `ok ${taken.resume ? 'resume' : ''} ${taken.heldVersion === undefined ? '' : 'held'}`
    } catch (error) {
      if (error instanceof TygaseError) return kindOf(error)
      throw error
    }
  },
}
