import { beforeEach, describe, expect, it } from 'vitest'
import { HeldVersion } from '../../src/session/client-session.js'
import { SentVersions } from '../../src/session/server-role.js'

let states: SentVersions

beforeEach(() => {
  states = new SentVersions()
})

function have(version?: number): void {
  states.receive({ version })
}

describe('the base of the next delta', () => {
  it('is none at first, whatever version a client claims to hold', () => {
    states.attach(true, 12)
    expect(states.base).toBeUndefined()
  })

  it('is the version that a resuming client holds, if it was sent to it', () => {
    states.attach(true, undefined)
    states.sent(5)
    states.attach(true, 4)
    expect(states.base).toBe(4)
    states.attach(true, 6)
    expect(states.base).toBeUndefined()
  })

  it('is the highest version of reports that overtake each other', () => {
    states.attach(false, undefined)
    states.sent(5)
    have(4)
    have(3)
    expect(states.base).toBe(4)
    have(9)
    expect(states.base).toBeUndefined()
  })

  it('is none after a client has asked for a snapshot, until that is sent', () => {
    states.attach(true, undefined)
    states.sent(5)
    have(undefined)
    expect(states.base).toBeUndefined()
    expect(states.isAhead(5)).toBe(false)
    states.sent(6)
    expect(states.base).toBe(6)
    expect(states.isAhead(6)).toBe(true)
    expect(states.isAhead(7)).toBe(false)
  })
})

describe('after the replica of a client was found to be wrong', () => {
  it.each([true, false])('no version that was sent until then is a base, with reliable %s', (isReliable) => {
    states.attach(isReliable, undefined)
    states.sent(5)
    have(4)
    states.distrust()
    expect(states.base).toBeUndefined()
    // reports under way, and a resume without the snapshot
    have(5)
    expect(states.base).toBeUndefined()
    states.attach(isReliable, 5)
    expect(states.base).toBeUndefined()
    states.sent(6)
    have(6)
    expect(states.base).toBe(6)
    have(5)
    expect(states.base).toBe(6)
    states.attach(isReliable, 6)
    expect(states.base).toBe(6)
  })
})

describe('the reports of a client', () => {
  it.each([
    [true, 5, undefined],
    [true, undefined, { version: undefined }],
    [false, 5, { version: 5 }],
    [false, undefined, { version: undefined }],
  ])('with reliable %s and version %s, are %s, once', (isReliable, version, report) => {
    const held = new HeldVersion()
    held.attach(isReliable)
    held.hold(version)
    expect(held.take()).toStrictEqual(report)
    expect(held.take()).toBeUndefined()
    expect(held.version).toBe(version)
  })
})
