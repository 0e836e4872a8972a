import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MachineQueue, type QueuedRule } from '../src/machine-queue.js'
import { runsOf } from './support/runs.js'

const rule = (name: string): QueuedRule => ({ name, clientId: '', run: () => undefined, settle: undefined })

describe('the queue of a machine', () => {
  test('gives back what was put in, in order, each once, however the calls alternate', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -2000, max: 2000 }), { maxLength: 12 }), (bursts) => {
        const queue = new MachineQueue()
        let [pushed, taken] = [0, 0]
        for (const burst of bursts) {
          for (let count = 0; count < burst; count++) queue.push(rule(String(pushed++)))
          for (let count = 0; count > burst; count--) {
            const item = queue.shift()
            expect(item?.name).toBe(taken < pushed ? String(taken) : undefined)
            if (item !== undefined) taken++
          }
          expect(queue.length).toBe(pushed - taken)
        }
      }),
      { numRuns: runsOf(100) },
    )
  })

  test('has nothing to give when it is empty', () => {
    const queue = new MachineQueue()
    expect(queue.shift()).toBeUndefined()
    expect(queue.length).toBe(0)
  })
})
