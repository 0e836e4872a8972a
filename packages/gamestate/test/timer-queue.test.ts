import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TimerQueue } from '../src/timer-queue.js'

const acts = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('add' as const), atMs: fc.nat(20) }),
    fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(60) }),
    fc.record({ kind: fc.constant('take' as const) }),
  ),
  { maxLength: 80 },
)

test('calls come in the order in which they fall due, those of one time in the order of their adding', () => {
  fc.assert(
    fc.property(acts, (script) => {
      const queue = new TimerQueue()
      const cancels: (() => void)[] = []
      let model: { atMs: number; order: number }[] = []
      for (const act of script) {
        if (act.kind === 'add') {
          model.push({ atMs: act.atMs, order: cancels.length })
          cancels.push(queue.add(act.atMs, () => {}))
        } else if (act.kind === 'cancel') {
          cancels[act.which]?.()
          model = model.filter(({ order }) => order !== act.which)
        } else {
          const first = model.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order)[0]
          expect(queue.peek()?.order).toBe(first?.order)
          const taken = queue.take()
          expect(taken && { atMs: taken.atMs, order: taken.order }).toEqual(first)
          model = model.filter((timer) => timer !== first)
        }
        expect([queue.pending, queue.added]).toEqual([model.length, cancels.length])
      }
    }),
    { numRuns: 1000 },
  )
})

test('a call that has been taken or cancelled can be cancelled again without harm', () => {
  const queue = new TimerQueue()
  const cancelFirst = queue.add(1, () => {})
  const cancelSecond = queue.add(2, () => {})
  queue.take()
  cancelFirst()
  cancelSecond()
  cancelSecond()
  expect([queue.pending, queue.peek(), queue.take()]).toEqual([0, undefined, undefined])
})
