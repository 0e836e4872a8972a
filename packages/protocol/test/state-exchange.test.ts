import { beforeEach, describe, expect, it } from 'vitest'
import { StateExchange } from '../src/state-exchange.js'

let state: StateExchange

beforeEach(() => {
  state = new StateExchange()
})

function have(version?: number): void {
  state.receive({ version })
}

describe('the base of the next delta', () => {
  it('is nothing at first, whatever a client says that it holds', () => {
    state.attach(true, 12)
    expect(state.base).toBeUndefined()
  })

  it('is what a client holds when it resumes, if it can have got it', () => {
    state.attach(true, undefined)
    state.sent(5)
    state.attach(true, 4)
    expect(state.base).toBe(4)
    state.attach(true, 6)
    expect(state.base).toBeUndefined()
  })

  it('follows reports that overtake each other to the highest one', () => {
    state.attach(false, undefined)
    state.sent(5)
    have(4)
    have(3)
    expect(state.base).toBe(4)
    have(9)
    expect(state.base).toBeUndefined()
  })

  it('is nothing after a client has reported nothing, until the snapshot is sent', () => {
    state.attach(true, undefined)
    state.sent(5)
    have(undefined)
    expect(state.base).toBeUndefined()
    expect(state.isAhead(5)).toBe(false)
    state.sent(6)
    expect(state.base).toBe(6)
    expect(state.isAhead(6)).toBe(true)
    expect(state.isAhead(7)).toBe(false)
  })
})

describe('the reports of a client', () => {
  it.each([
    [true, 5, undefined],
    [true, undefined, { version: undefined }],
    [false, 5, { version: 5 }],
    [false, undefined, { version: undefined }],
  ])('with reliable %s and version %s, are %s, once', (isReliable, version, report) => {
    state.attach(isReliable, undefined)
    state.hold(version)
    expect(state.take()).toStrictEqual(report)
    expect(state.take()).toBeUndefined()
    expect(state.held).toBe(version)
  })
})
