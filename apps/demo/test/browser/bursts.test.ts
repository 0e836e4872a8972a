import { expect, it } from 'vitest'
import { Bursts, burstMs } from '../../src/browser/bursts.js'

it.each([
  ['not before it starts', 50, []],
  ['from its start', 100, [0]],
  ['half way', 100 + burstMs / 2, [0.5]],
  ['not after its end', 100 + burstMs, []],
])('a burst is to be seen %s', (_when, nowMs, progress) => {
  const bursts = new Bursts()
  bursts.add({ x: 1, y: 2, colour: '#ffffff', startMs: 100 })
  expect([...bursts.active(nowMs)].map((burst) => burst.progress)).toEqual(progress)
})
