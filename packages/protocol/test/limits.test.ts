import { describe, expect, it } from 'vitest'
import { sessionLimitRows } from '../src/limit-rows.js'
import { bearableTimes, clientLimitsOf, receiveLimitsOfClient, sendLimitsOfClient } from '../src/limits.js'
import { defaultSessionLimits, limitsOf } from '../src/server-limits.js'

describe('the limits of a session', () => {
  it('are the defaults if none are given; a client does not limit how often its server sends', () => {
    expect(limitsOf()).toStrictEqual(defaultSessionLimits)
    const { maxPacketsPerSecond: _, maxEventsPerSecond: __, maxHeldBytes: ___, ...shared } = defaultSessionLimits
    expect(clientLimitsOf()).toStrictEqual({ ...shared, maxPacketBytes: 64 * 1024 * 1024 })
    expect(() => clientLimitsOf({ maxPacketsPerSecond: 5 } as never)).toThrowError(
      expect.objectContaining({ message: "there is no limit 'maxPacketsPerSecond'" }),
    )
  })

  it('let a text in a payload be as long as its event, unless a lower limit is given', () => {
    expect(limitsOf({ maxEventBytes: 1000 }).maxPayloadStringBytes).toBe(1000)
    expect(limitsOf({ maxEventBytes: 1000, maxPayloadStringBytes: 10 }).maxPayloadStringBytes).toBe(10)
  })

  it('are refused by a name that is no limit, and defaults if undefined', () => {
    expect(() => clientLimitsOf({ timeoutMs: 5 } as never)).toThrowError(
      expect.objectContaining({ code: 'invalid_argument', message: "there is no limit 'timeoutMs'" }),
    )
    expect(limitsOf({ graceMs: undefined } as never).graceMs).toBe(defaultSessionLimits.graceMs)
  })

  it('have a row each in the table, with their defaults and ranges', () => {
    const noLimit = Number.POSITIVE_INFINITY
    const names = sessionLimitRows.map(({ name }) => name)
    expect([...names].sort()).toEqual(Object.keys(defaultSessionLimits).sort())
    expect(new Set(names).size).toBe(names.length)
    for (const row of sessionLimitRows) {
      expect(row.default).toBe(defaultSessionLimits[row.name])
      const ofClient = {
        maxPacketsPerSecond: noLimit,
        maxEventsPerSecond: noLimit,
        maxHeldBytes: noLimit,
        ...clientLimitsOf(),
      }
      expect(ofClient[row.name]).toBe(row.clientDefault ?? row.default)
      expect(row.meaning).toMatch(/^[A-Z].*\.$/)
    }
  })

  it.each([
    ['graceMs', -1],
    ['maxEventBytes', Number.NaN],
    ['maxPacketBytes', 'many'],
    ['keepAliveMs', 0],
    ['keepAliveMs', 9.9],
    ['idleTimeoutMs', 0],
    ['idleTimeoutMs', 19],
    ['ackTimeoutMs', 0],
    ['handshakeTimeoutMs', 0],
  ])('are refused by name when %s is %s', (name, value) => {
    expect(() => limitsOf({ [name]: value })).toThrowError(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(name) }),
    )
  })

  it.each([
    [undefined, 1500, 750],
    [undefined, 3999, 1999.5],
    [undefined, 4000, 2000],
    [undefined, undefined, 2000],
    [undefined, Number.POSITIVE_INFINITY, 2000],
    [1000, 1500, 750],
    [500, 1500, 500],
    [4000, undefined, 2500],
    [10, 20, 10],
    [Number.POSITIVE_INFINITY, 20, 10],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])(
    'let a side speak twice within the idle time: with keepAliveMs %s and idleTimeoutMs %s after %s ms',
    (keepAliveMs, idleTimeoutMs, effectiveMs) => {
      const given = { ...(keepAliveMs && { keepAliveMs }), ...(idleTimeoutMs && { idleTimeoutMs }) }
      expect(limitsOf(given)).toMatchObject({
        keepAliveMs: effectiveMs,
        idleTimeoutMs: idleTimeoutMs ?? defaultSessionLimits.idleTimeoutMs,
      })
    },
  )

  it.each([
    [0, 0, 10, 20],
    [0, 5000, 10, 5000],
    [1000, 0, 10, 20],
    [9000, 5000, 2500, 5000],
    [2000, 5000, 2000, 5000],
  ])(
    'that a server names, keepAliveMs %s and idleTimeoutMs %s, are borne as %s and %s',
    (keepAliveMs, idleTimeoutMs, keep, idle) => {
      expect(bearableTimes({ keepAliveMs, idleTimeoutMs })).toStrictEqual({ keepAliveMs: keep, idleTimeoutMs: idle })
    },
  )

  const small = { maxEventBytes: 10, maxPayloadDepth: 2, maxPayloadElements: 5, maxPayloadStringBytes: 8 }
  const mixed = { maxEventBytes: 20, maxPayloadDepth: 1e6, maxPayloadElements: 4, maxPayloadStringBytes: 20 }

  it('of events that a client receives are at least those of its server, with a depth that fits on every stack', () => {
    expect(receiveLimitsOfClient(small, mixed)).toStrictEqual({
      maxEventBytes: 20,
      maxPayloadDepth: 1000,
      maxPayloadElements: 5,
      maxPayloadStringBytes: 20,
    })
  })

  it('of events that a client receives do not rise with its server beyond what a client can bear', () => {
    const endless = { ...mixed, maxPayloadElements: Number.MAX_SAFE_INTEGER }
    expect(receiveLimitsOfClient(small, endless).maxPayloadElements).toBe(2 ** 24)
    expect(receiveLimitsOfClient({ ...small, maxPayloadElements: 2 ** 30 }, endless).maxPayloadElements).toBe(2 ** 30)
  })

  it('of elements rise with maxEventBytes, unless they are given', () => {
    expect(limitsOf({}).maxPayloadElements).toBe(262_144)
    expect(limitsOf({ maxEventBytes: 1 << 20 }).maxPayloadElements).toBe(1 << 22)
    expect(limitsOf({ maxEventBytes: 1 << 20, maxPayloadElements: 9 }).maxPayloadElements).toBe(9)
  })

  it('of events that a client sends are those of its server, or lower ones if the caller gives them', () => {
    expect(sendLimitsOfClient({}, mixed)).toStrictEqual(mixed)
    expect(sendLimitsOfClient(small, mixed)).toStrictEqual({
      maxEventBytes: 10,
      maxPayloadDepth: 2,
      maxPayloadElements: 4,
      maxPayloadStringBytes: 8,
    })
  })
})
