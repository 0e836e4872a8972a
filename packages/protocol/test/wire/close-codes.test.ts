import { closeCodeOf, closeCodes, protocolErrorCodes } from '@tygase/protocol/internal'
import { expect, it } from 'vitest'

it('close codes have numbers of their own, of those that WebSocket leaves to applications', () => {
  const numbers = Object.values(closeCodes).map(({ number }) => number)
  expect(new Set(numbers).size).toBe(numbers.length)
  for (const number of numbers) expect(number >= 4000 && number <= 4999).toBe(true)
})

it('close codes have reasons that fit a WebSocket close frame', () => {
  for (const { reason } of Object.values(closeCodes)) expect(reason.length).toBeLessThanOrEqual(123)
})

it('close codes have reasons that read the same at both ends', () => {
  for (const { reason } of Object.values(closeCodes))
    expect(reason).not.toMatch(/\b(peer|other side|this side|you|your)\b/)
})

it('close codes are found by their number, and others are unknown', () => {
  for (const [code, { number }] of Object.entries(closeCodes)) expect(closeCodeOf(number)).toBe(code)
  expect(closeCodeOf(1006)).toBe('unknown')
})

it('each violation by a peer has a close code of the same name', () => {
  const violations = ['not_hello', 'version_mismatch', 'malformed', 'unexpected_message', 'acked_never_sent']
  const limits = ['packet_too_large', 'too_many_events', 'too_many_pending', 'event_too_large']
  for (const code of [...violations, ...limits]) {
    expect(protocolErrorCodes).toContain(code)
    expect(closeCodes).toHaveProperty(code)
  }
})
