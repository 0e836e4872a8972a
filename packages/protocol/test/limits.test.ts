import { describe, expect, it } from 'vitest'
import { defaultSessionLimits, limitsOf, receiveLimitsOfClient, sendLimitsOfClient } from '../src/limits.js'

describe('the limits of a session', () => {
  it('are the defaults where nobody says anything, save that a client lets its server speak as it likes', () => {
    expect(limitsOf('server')).toStrictEqual(defaultSessionLimits)
    expect(limitsOf('client')).toMatchObject({
      maxPacketBytes: 64 * 1024 * 1024,
      maxPacketsPerSecond: Number.POSITIVE_INFINITY,
      maxEventsPerSecond: Number.POSITIVE_INFINITY,
    })
    expect(limitsOf('client', { maxPacketsPerSecond: 5 }).maxPacketsPerSecond).toBe(5)
  })

  it('let a text in a payload be as long as its event, unless they say otherwise', () => {
    expect(limitsOf('server', { maxEventBytes: 1000 }).maxPayloadStringBytes).toBe(1000)
    expect(limitsOf('server', { maxEventBytes: 1000, maxPayloadStringBytes: 10 }).maxPayloadStringBytes).toBe(10)
  })

  it.each([
    ['graceMs', -1],
    ['maxEventBytes', Number.NaN],
    ['maxPacketBytes', 'many'],
  ])('are refused by name when %s is %s', (name, value) => {
    expect(() => limitsOf('server', { [name]: value })).toThrowError(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(name) }),
    )
  })

  const small = { maxEventBytes: 10, maxPayloadDepth: 2, maxPayloadElements: 5, maxPayloadStringBytes: 8 }
  const mixed = { maxEventBytes: 20, maxPayloadDepth: 1e6, maxPayloadElements: 4, maxPayloadStringBytes: 20 }

  it('of what a client takes are at least those of its server, as deep as any stack bears', () => {
    expect(receiveLimitsOfClient(small, mixed)).toStrictEqual({
      maxEventBytes: 20,
      maxPayloadDepth: 1000,
      maxPayloadElements: 5,
      maxPayloadStringBytes: 20,
    })
  })

  it('of what a client sends are those of its server, unless its caller wants less', () => {
    expect(sendLimitsOfClient({}, mixed)).toStrictEqual(mixed)
    expect(sendLimitsOfClient(small, mixed)).toStrictEqual({
      maxEventBytes: 10,
      maxPayloadDepth: 2,
      maxPayloadElements: 4,
      maxPayloadStringBytes: 8,
    })
  })
})
