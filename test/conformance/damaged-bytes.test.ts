import { applyDelta, encodeDelta, GameStateError, type Immutable, transact } from '@tygase/gamestate'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AnyState, type Draw, drawState, edit } from '../../packages/gamestate/test/support/random-state.js'
import { often } from '../support/effort.js'
import { type DecodedState, decodeDelta, PacketDecoder, Refused } from './decoder/index.js'
import { begin as beginCrowd, type Crowd, happenings as happeningsInCrowds, looks, seenBy } from './support/crowds.js'
import { decodePlay } from './support/heard-play.js'
import { fromHex, hexBlocks } from './support/page.js'
import { expectSame } from './support/plain.js'
import { begin, drawNext, type Things } from './support/things.js'
import { Wiretap } from './support/wiretap.js'
import { happenings, idKinds, type World, WorldDice, worldPrecision } from './support/worlds.js'

const seed = 21

interface Sample {
  readonly of: string
  readonly delta: Uint8Array
  /** What the delta starts from, as a snapshot. */
  readonly base?: Uint8Array
}

/** A small world of each kind, and a change of it by each thing that can happen. */
function samples(): Sample[] {
  const dice = new WorldDice(3)
  return Object.entries(idKinds).flatMap(([ids, idOf]) => {
    const world = transact<World, void>({} as World, (draft) => {
      Object.assign(draft, dice.world(20, idOf, ids === 'texts'))
    }).state
    const options = { precision: worldPrecision }
    const changes = Object.entries(happenings).map(([of, happen]) => {
      const next = transact(world, (draft: World) => happen(draft.bodies, dice)).state
      return {
        of: `${of}, ${ids} for ids`,
        delta: encodeDelta<World>(world, next, options),
        base: encodeDelta<World>(undefined, world),
      }
    })
    return [{ of: `a snapshot, ${ids} for ids`, delta: encodeDelta<World>(undefined, world, options) }, ...changes]
  })
}

/** What one sees of a small crowd, before and after something that happens in it. */
function partSamples(): Sample[] {
  const dice = new WorldDice(4)
  const crowd = transact<Crowd, void>({} as Crowd, (draft) => {
    Object.assign(draft, beginCrowd(dice, 20))
  }).state
  return Object.entries(happeningsInCrowds).flatMap(([of, happen]) => {
    const next = transact(crowd, (draft: Crowd) => happen(draft, dice)).state
    return Object.entries(looks).map(([look, see]) => {
      const [before, after] = [seenBy(see, crowd), seenBy(see, next)]
      return {
        of: `${of}, to who sees ${look}`,
        delta: encodeDelta<Crowd>(before, after),
        base: encodeDelta<Crowd>(undefined, before),
      }
    })
  })
}

test.each([...samples(), ...partSamples()].filter(({ delta }) => delta.length > 0))(
  'a delta that ends too early is refused: $of',
  ({ delta, base }) => {
    const held = base && decodeDelta(base)
    const ours = base && applyDelta(undefined, base)
    expect(() => decodeDelta(delta, held)).not.toThrow()
    // no bytes at all say that nothing has changed
    for (let length = held ? 1 : 0; length < delta.length; length++) {
      expect(() => decodeDelta(delta.slice(0, length), held)).toThrow(Refused)
      expect(() => applyDelta(ours, delta.slice(0, length))).toThrow(GameStateError)
    }
  },
)

/** A decoder that has read a hello before, and knows the names of a play. */
function decoderAfterHello(from: 'client' | 'server', names: readonly string[], hello: Uint8Array): PacketDecoder {
  const decoder = new PacketDecoder(from, false)
  if (from === 'client') decoder.decode(hello)
  decoder.names = names
  return decoder
}

describe('a packet that ends too early', () => {
  const play = new Wiretap(5)
  play.connect({ latencyMs: 50, jitterMs: 0, loss: 0, duplicate: 0, reorder: 0, reliable: false })
  play.run(1500, 0.2)
  play.close('server', 'bye')
  const { messages } = decodePlay(play)
  const names = ['move', 'shout']
  const hello = play.captured[0]!.bytes

  test('is refused, or ends with one of its messages', () => {
    const kinds = new Set<string>()
    for (const packet of play.captured) {
      const whole = messages.filter((heard) => heard.packet === packet).map(({ message }) => message)
      for (const { kind } of whole) kinds.add(kind)
      let cuts = 0
      for (let length = 0; length < packet.bytes.length; length++) {
        const decoder = decoderAfterHello(packet.from, names, hello)
        try {
          expect(decoder.decode(packet.bytes.slice(0, length))).toEqual(whole.slice(0, ++cuts))
        } catch (error) {
          expect(error).toBeInstanceOf(Refused)
        }
      }
      expect(cuts).toBe(whole.length - 1)
    }
    expect([...kinds]).toEqual(expect.arrayContaining(['hello', 'event', 'ack', 'time', 'close']))
  })

  // an ARRIVAL stands behind an ACK, and that example may be cut between the two
  const single = hexBlocks().filter(({ heading }) => /^[A-Z]{2}/.test(heading) && heading !== 'ARRIVAL')

  test.each(single)('is refused: $heading, $hex', ({ hex }) => {
    const bytes = fromHex(hex)
    for (let length = 0; length < bytes.length; length++)
      for (const from of ['client', 'server'] as const)
        expect(() => decoderAfterHello(from, names, hello).decode(bytes.slice(0, length))).toThrow(Refused)
  })
})

/** The decoded state, or what was thrown. */
function attempt(decode: () => DecodedState): DecodedState | Error {
  try {
    return decode()
  } catch (error) {
    return error as Error
  }
}

/** What one sees of a small crowd, before and after something that happens in it. */
function drawParts(dice: WorldDice): [Immutable<Crowd>, Immutable<Crowd>] {
  const one = <T>(of: Record<string, T>): T => Object.values(of)[dice.below(Object.keys(of).length)]!
  const look = one(looks)
  const base = transact<Crowd, void>({} as Crowd, (draft) => {
    Object.assign(draft, beginCrowd(dice, 20))
  }).state
  const next = transact(base, (draft: Crowd) => {
    for (let happen = 0; happen < 2; happen++) one(happeningsInCrowds)(draft, dice)
  }).state
  return [seenBy(look, base), seenBy(look, next)]
}

const kinds: Record<string, (draw: Draw) => [Immutable<AnyState>, Immutable<AnyState>]> = {
  'any state': (draw) => {
    const base = transact<AnyState, void>({}, (draft) => {
      Object.assign(draft, drawState(draw))
    }).state
    return [base, transact(base, (draft: AnyState) => edit(draw, draft)).state]
  },
  'small changes': (draw) => {
    const base = transact({} as Things, (draft) => {
      Object.assign(draft, begin())
    }).state
    return [base as Immutable<AnyState>, drawNext(draw, base) as Immutable<AnyState>]
  },
  'parts of maps': (draw) => {
    const [base, next] = drawParts(new WorldDice(draw(fc.nat)))
    return [base as unknown as Immutable<AnyState>, next as unknown as Immutable<AnyState>]
  },
}

test.each(Object.entries(kinds))('a delta with a wrong byte is refused or taken, by us alike: %s', (_, drawTwo) => {
  let taken = 0
  let refused = 0
  fc.assert(
    fc.property(fc.gen(), (draw) => {
      const [base, next] = drawTwo(draw)
      const snapshot = encodeDelta<AnyState>(undefined, base)
      const held = decodeDelta(snapshot)
      const ours = applyDelta(undefined, snapshot)
      const delta = encodeDelta<AnyState>(base, next)
      for (let again = delta.length === 0 ? 0 : 20; again > 0; again--) {
        const wrong = new Uint8Array(delta)
        wrong[draw(fc.nat, { max: delta.length - 1 })] = draw(fc.nat, { max: 255 })
        const decoded = attempt(() => decodeDelta(wrong, held))
        if (decoded instanceof Error) {
          expect(decoded).toBeInstanceOf(Refused)
          expect(() => applyDelta(ours, wrong)).toThrow(GameStateError)
          refused++
          continue
        }
        taken++
        expectSame(decoded, applyDelta(ours, wrong))
      }
    }),
    { numRuns: often(100, 300), seed },
  )
  expect(taken).toBeGreaterThan(often(150, 500))
  expect(refused).toBeGreaterThan(often(150, 500))
})
