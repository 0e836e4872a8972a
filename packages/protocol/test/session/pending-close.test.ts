import { ByteWriter } from '@tygase/gamestate/internal'
import { expect, it } from 'vitest'
import { PendingClose } from '../../src/session/session-parts.js'

it.each([
  [true, [true]],
  [false, [false, false, true]],
])('a CLOSE goes out once, or three times if it may get lost (reliable: %s), within a second', (isReliable, ends) => {
  const pending = new PendingClose(isReliable, [], 500)
  expect(pending.dueAt).toBe(1500)
  const writer = new ByteWriter()
  const info = { code: 'kicked', reason: 'why', byPeer: false } as const
  expect(ends.map(() => pending.write(writer, info))).toStrictEqual(ends)
  expect(writer.length).toBe(ends.length * 7)
})
