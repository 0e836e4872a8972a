import { createSeededRandom } from '@tygase/testkit/internal'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MovingPlace } from '../../src/scene/moving-place.js'

const stepMs = 50
const far = Number.POSITIVE_INFINITY

test('it begins where it is wanted, or at the bound', () => {
  expect(new MovingPlace(stepMs).at(1000, 7.25, far)).toBe(7.25)
  expect(new MovingPlace(stepMs).at(1000, 7.25, 6)).toBe(6)
})

test('it follows a new estimate at a tenth more or less than real time', () => {
  const place = new MovingPlace(stepMs)
  place.at(0, 100, far)
  expect(place.at(1000, 124, far)).toBeCloseTo(122, 9)
  expect(place.at(2000, 140, far)).toBeCloseTo(140, 9)
  expect(place.at(3000, 155, far)).toBeCloseTo(158, 9)
})

test('over 500 ms behind it leaps, over 500 ms ahead it waits', () => {
  const place = new MovingPlace(stepMs)
  place.at(0, 100, far)
  expect(place.at(50, 112, far)).toBe(112)
  expect(place.at(100, 102, far)).toBe(112)
  expect(place.at(150, 102.9, far)).toBe(112)
  expect(place.at(200, 103.9, far)).toBeCloseTo(112.9, 9)
})

test('after the bound has held it, it leaps by what it has lost there', () => {
  const place = new MovingPlace(stepMs)
  place.at(0, 100, 102)
  expect(place.at(100, 102, 102)).toBe(102)
  expect(place.at(400, 108, 102)).toBe(102)
  expect(place.at(450, 109, 120)).toBe(109)
})

test('a bound that was in the way of nothing gives no leap', () => {
  const place = new MovingPlace(stepMs)
  place.at(0, 100, 102)
  // the game was paused here: the estimate goes on from where the versions are
  expect(place.at(100, 102, 102)).toBe(102)
  expect(place.at(60_000, 1300, 102)).toBe(102)
  expect(place.at(60_050, 101, 103)).toBeCloseTo(102.9, 9)
})

test('after a restart it may be anywhere', () => {
  const place = new MovingPlace(stepMs)
  place.at(0, 100, far)
  place.restart()
  expect(place.at(10, 3, far)).toBe(3)
})

describe('laws, whatever is wanted when', () => {
  test('it never goes back, keeps to its bound, and moves at 0.9 to 1.1 of real time but for the two leaps', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 40 }), (seed, spread) => {
        const random = createSeededRandom(seed)
        const place = new MovingPlace(stepMs)
        let nowMs = 1000
        let offset = 0
        let most = 25
        let last = place.at(nowMs, 20, most)
        let wasHeld = false
        for (let i = 0; i < 300; i++) {
          const passedMs = random() < 0.02 ? random() * 3000 : random() * 40
          nowMs += passedMs
          if (random() < 0.05) offset = (random() - 0.5) * spread
          if (random() < 0.8) most = Math.max(most, nowMs / stepMs + (random() - 0.3) * 20)
          const wanted = nowMs / stepMs + offset
          const next = place.at(nowMs, wanted, most)
          const pace = ((next - last) * stepMs) / passedMs
          const isHeld = next >= most - 1e-9
          const behindMs = (wanted - last) * stepMs - passedMs
          const isLeap = behindMs > 500 || behindMs < -500 || wasHeld
          const isPaced = pace > 0.9 - 1e-6 && pace < 1.1 + 1e-6
          if (next < last || next > most + 1e-9 || !(isPaced || isHeld || isLeap)) {
            throw new Error(`from ${last} to ${next} in ${passedMs} ms, wanted ${wanted}, at most ${most}`)
          }
          wasHeld = isHeld
          last = next
        }
      }),
    )
  })
})
