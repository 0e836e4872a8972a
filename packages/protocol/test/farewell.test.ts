import { ByteWriter } from '@tygase/gamestate/bytes'
import { expect, it } from 'vitest'
import { Farewell } from '../src/farewell.js'

it.each([
  [true, [true]],
  [false, [false, false, true]],
])('a farewell is said as often as the transport calls for (reliable: %s), within a second', (isReliable, ends) => {
  const farewell = new Farewell(isReliable, 500)
  expect(farewell.dueAt).toBe(1500)
  const writer = new ByteWriter()
  const info = { code: 'kicked', reason: 'why', byPeer: false } as const
  expect(ends.map(() => farewell.write(writer, info))).toStrictEqual(ends)
  expect(writer.length).toBe(ends.length * 7)
})
