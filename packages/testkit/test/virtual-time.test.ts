import { describe, expect, it } from 'vitest'
import { VirtualTime } from '../src/virtual-time.js'

const never = () => false

describe('virtual time', () => {
  it('ends where it was told to, with all calls up to there made', async () => {
    const time = new VirtualTime()
    const calls: number[] = []
    for (const ms of [5, 10, 11]) time.clock.schedule(ms, () => calls.push(ms))
    expect(await time.moveTo(10, never)).toBe(false)
    expect([time.clock.now(), calls]).toEqual([10, [5, 10]])
  })

  it('stops where something comes true, also before the first call', async () => {
    const time = new VirtualTime()
    let calls = 0
    time.clock.schedule(5, () => calls++)
    time.clock.schedule(5, () => calls++)
    expect(await time.moveTo(10, () => true)).toBe(true)
    expect(calls).toBe(0)
    expect(await time.moveTo(10, () => calls === 1)).toBe(true)
    expect([time.clock.now(), calls]).toEqual([5, 1])
  })

  it('follows promises to their end before the next call, however long the chain', async () => {
    const time = new VirtualTime()
    const log: string[] = []
    const chain = async () => {
      for (let i = 0; i < 1000; i++) await undefined
      log.push(`chain at ${time.clock.now()}`)
    }
    time.clock.schedule(5, () => void chain())
    time.clock.schedule(5, () => log.push('second call'))
    await time.moveTo(10, never)
    expect(log).toEqual(['chain at 5', 'second call'])
  })

  it('follows promises that were settled before it moves', async () => {
    const time = new VirtualTime()
    let atMs: number | undefined
    void Promise.resolve().then(() => {
      atMs = time.clock.now()
    })
    time.clock.schedule(0, () => expect(atMs).toBe(0))
    await time.moveTo(1, never)
    expect(atMs).toBe(0)
  })

  it('is moved by one at a time', async () => {
    const time = new VirtualTime()
    const first = time.moveTo(10, never)
    await expect(time.moveTo(20, never)).rejects.toMatchObject({ code: 'time_moves_already' })
    await first
    expect(await time.moveTo(20, never)).toBe(false)
  })

  it('does not stand still for ever where something schedules itself again without delay', async () => {
    const time = new VirtualTime()
    const again = () => void time.clock.schedule(0, again)
    again()
    await expect(time.moveTo(10, never)).rejects.toMatchObject({ code: 'time_stands_still' })
  })

  it('can be moved again after something in it has thrown', async () => {
    const time = new VirtualTime()
    time.clock.schedule(5, () => {
      throw new Error('stop')
    })
    await expect(time.moveTo(10, never)).rejects.toThrow('stop')
    expect(await time.moveTo(10, never)).toBe(false)
  })
})
