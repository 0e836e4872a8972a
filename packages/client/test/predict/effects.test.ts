import { describe, expect, it } from 'vitest'
import { Effects } from '../../src/predict/own-effects.js'

describe('effects', () => {
  it('are known by the event and the number of the dispatch', () => {
    const effects = new Effects<string>()
    expect(effects.has(1, 0)).toBe(false)
    effects.handle(1, 0, 'bang')
    expect([effects.has(1, 0), effects.has(1, 1), effects.has(2, 0)]).toEqual([true, false, false])
    expect([effects.knows(1), effects.knows(2)]).toEqual([true, false])
  })

  it('that were handled ahead are not handled when the event of the server comes', () => {
    const effects = new Effects<string>()
    effects.handle(1, 0, 'bang')
    expect(effects.confirm(1, 0, true)).toBe(true)
    expect(effects.close(1)).toEqual([])
    expect(effects.knows(1)).toBe(false)
  })

  it('that the server has sent first are not handled ahead while their event may run again', () => {
    const effects = new Effects<string>()
    expect(effects.confirm(1, 0, true)).toBe(false)
    expect(effects.has(1, 0)).toBe(true)
    expect(effects.close(1)).toEqual([])
  })

  it('leave nothing behind if they come after the outcome of their event', () => {
    const effects = new Effects<string>()
    expect(effects.confirm(1, 0, false)).toBe(false)
    expect(effects.knows(1)).toBe(false)
  })

  it('that have not happened are given back once', () => {
    const effects = new Effects<string>()
    effects.handle(1, 0, 'bang')
    effects.handle(1, 1, 'boom')
    effects.handle(2, 0, 'other')
    effects.confirm(1, 1, true)
    expect(effects.close(1)).toEqual(['bang'])
    expect(effects.close(1)).toEqual([])
    expect(effects.close(2)).toEqual(['other'])
  })
})
