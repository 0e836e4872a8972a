import type { Hello } from '@tygase/protocol'
import { expect, test } from 'vitest'
import { FirstAttempts } from '../src/first-attempts.js'

function helloOf(...attempt: number[]): Hello {
  const credentials = new Uint8Array(0)
  const bytes = Uint8Array.from({ length: 8 }, (_, i) => attempt[i] ?? 0)
  return { protocolVersion: 1, path: '/', receivedThrough: 0, attempt: bytes, startMs: 0, credentials }
}

test('each session is found by the attempt that began it, until it is removed', () => {
  const attempts = new FirstAttempts<{ id: number }>()
  const sessions = Array.from({ length: 256 }, (_, id) => ({ id }))
  for (const session of sessions) attempts.add(helloOf(session.id, 255 - session.id), session)
  for (const session of sessions) expect(attempts.find(helloOf(session.id, 255 - session.id))).toBe(session)
  expect(attempts.find(helloOf(1, 1))).toBeUndefined()
  attempts.remove(sessions[7]!)
  expect(attempts.find(helloOf(7, 248))).toBeUndefined()
  expect(attempts.find(helloOf(8, 247))).toBe(sessions[8])
})

test('of two with the same attempt the later one is found, and the end of the earlier one does not hide it', () => {
  const attempts = new FirstAttempts<{ id: number }>()
  const [earlier, later] = [{ id: 1 }, { id: 2 }]
  attempts.add(helloOf(1), earlier)
  attempts.add(helloOf(1), later)
  attempts.remove(earlier)
  expect(attempts.find(helloOf(1))).toBe(later)
  attempts.remove(later)
  expect(attempts.find(helloOf(1))).toBeUndefined()
})

test('removing a session that was never added does nothing', () => {
  const attempts = new FirstAttempts<{ id: number }>()
  attempts.add(helloOf(1), { id: 1 })
  attempts.remove({ id: 1 })
  expect(attempts.find(helloOf(1))).toEqual({ id: 1 })
})
