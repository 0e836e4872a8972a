import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BlockList, FlatList } from '../../src/events/sequence-list.js'
import { countSteps } from '../support/count-steps.js'

type Call = readonly [call: 'push' | 'insert' | 'remove' | 'take' | 'find', sequence: number, count: number]

const calls = fc.array(
  fc.tuple(fc.constantFrom<Call[0]>('push', 'push', 'insert', 'remove', 'take', 'find'), fc.nat(400), fc.nat(90)),
  { maxLength: 300 },
)

it.each([BlockList, FlatList])('a list by sequence is as a sorted array: %o', (List) => {
  fc.assert(
    fc.property(calls, (all) => {
      const list = new List<{ sequence: number }>()
      let model: number[] = []
      for (const [call, sequence, count] of all) {
        if (call === 'push') {
          for (let i = 0; i < count; i++) {
            const next = (model.at(-1) ?? 0) + 1 + (i % 3)
            list.push({ sequence: next })
            model.push(next)
          }
        } else if (call === 'insert') {
          if (model.includes(sequence)) continue
          list.insert({ sequence })
          model = [...model, sequence].sort((a, b) => a - b)
        } else if (call === 'remove') {
          expect(list.remove(sequence)?.sequence).toBe(model.find((each) => each === sequence))
          model = model.filter((each) => each !== sequence)
        } else if (call === 'take') {
          const isTaken = (each: number) => each >= sequence && each < sequence + count
          expect(list.take(sequence, sequence + count).map((item) => item.sequence)).toStrictEqual(
            model.filter(isTaken),
          )
          model = model.filter((each) => !isTaken(each))
        } else expect(list.find(sequence)?.sequence).toBe(model.find((each) => each === sequence))
        expect(list.from(sequence)?.sequence).toBe(model.find((each) => each >= sequence))
        expect([list.size, list.first?.sequence, list.last?.sequence]).toStrictEqual([
          model.length,
          model[0],
          model.at(-1),
        ])
      }
      expect(list.values().map((item) => item.sequence)).toStrictEqual(model)
    }),
  )
})

it('taking out one item of many touches few others, wherever it is and however few are left', () => {
  const list = new BlockList<{ sequence: number }>()
  for (let sequence = 1; sequence <= 100_000; sequence++) list.push({ sequence })
  let most = 0
  for (let i = 0; i < 99_000; i++) {
    const sequence = 1 + ((i * 7919) % 100_000)
    most = Math.max(
      most,
      countSteps(() => list.remove(sequence)),
    )
  }
  expect(list.size).toBe(1000)
  // 100,000 items are in about 1,600 blocks, whose list is moved when one ends
  expect(most).toBeLessThan(5000)
})
