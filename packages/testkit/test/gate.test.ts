import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, it } from 'vitest'
import { Gate } from '../src/gate.js'

function stage() {
  const clock = new VirtualClock()
  const gate = new Gate(clock)
  const log: string[] = []
  const pass = (name: string) => gate.pass(() => log.push(name))
  return { clock, gate, log, pass }
}

describe('a gate', () => {
  it('lets work through at once while it is open', () => {
    const { log, pass } = stage()
    pass('a')
    expect(log).toEqual(['a'])
  })

  it('keeps work in order while it is closed, and before what comes later', () => {
    const { clock, gate, log, pass } = stage()
    gate.close()
    pass('a')
    pass('b')
    gate.open()
    pass('c')
    expect(log).toEqual([])
    clock.advance(0)
    expect(log).toEqual(['a', 'b', 'c'])
    pass('d')
    expect(log).toEqual(['a', 'b', 'c', 'd'])
  })

  it('gives each piece that was kept a turn of its own', () => {
    const { clock, gate, log, pass } = stage()
    gate.close()
    pass('a')
    pass('b')
    gate.open()
    clock.runNext()
    expect(log).toEqual(['a'])
  })

  it('keeps the rest when it is closed while it lets through', () => {
    const { clock, gate, log, pass } = stage()
    gate.close()
    gate.pass(() => gate.close())
    pass('b')
    gate.open()
    clock.advance(10)
    expect(log).toEqual([])
    gate.open()
    clock.advance(0)
    expect(log).toEqual(['b'])
  })

  it('goes on behind a piece that throws', () => {
    const { clock, gate, log, pass } = stage()
    gate.close()
    gate.pass(() => {
      throw new Error('stop')
    })
    pass('b')
    gate.open()
    expect(() => clock.advance(0)).toThrow('stop')
    clock.advance(0)
    expect(log).toEqual(['b'])
  })

  it('forgets what it keeps when it is cleared', () => {
    const { clock, gate, log, pass } = stage()
    gate.close()
    pass('a')
    gate.clear()
    gate.open()
    clock.advance(0)
    expect(log).toEqual([])
  })
})
