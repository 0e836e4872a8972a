import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AckBuilder, ackEnd, type News, runLength } from '../../src/wire/event-messages.js'

it('an ack is in its shortest form and has for each sequence what was added for it', () => {
  const fates = fc.array(fc.constantFrom('skip', 'done', 'lost', 'outcomes'), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(fates, fc.nat(100), (types, first) => {
      const builder = new AckBuilder()
      types.forEach((type, i) => {
        if (type === 'skip') return
        const outcome = type === 'outcomes' ? { kind: 'done' as const, payload: new Uint8Array([i]) } : type
        builder.add({ sequence: first + i, count: 1, outcome: outcome as News['outcome'] })
      })
      const said = types.findIndex((type) => type !== 'skip')
      expect(builder.isEmpty).toBe(said < 0)
      if (said < 0) return
      const ack = builder.finish(first)
      expect(ack.start).toBe(said)
      const back = ack.runs.flatMap((run) => Array<string>(runLength(run)).fill(run.type))
      expect(back).toStrictEqual(types.slice(said, types.findLastIndex((type) => type !== 'skip') + 1))
      expect(builder.end).toBe(ackEnd(first + said, ack))
      for (const [i, run] of ack.runs.entries()) expect(run.type).not.toBe(ack.runs[i + 1]?.type)
      expect([ack.runs[0]!.type, ack.runs.at(-1)!.type]).not.toContain('skip')
    }),
  )
})
