import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { attempt, fuzz } from './campaign.js'
import { readFound } from './found.js'
import { demand, type Target } from './target.js'

/** A reader with a mistake deep inside: it takes a count off the wire that is one too large. */
const faulty: Target = {
  name: 'faulty',
  about: 'three steps to a mistake',
  share: 1,
  corpus: () => [new Uint8Array([9, 9, 9, 9, 9, 9])],
  run(input) {
    if (input[0] !== 7) return 'no'
    if (input[1] !== 200) return 'ok begun'
    demand((input[2] ?? 0) < 250, 'a count beyond the bytes')
    return 'ok far'
  },
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tygase-fuzz-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('a campaign', () => {
  test('finds a mistake that only one input in millions leads to, by going on from inputs with new answers', async () => {
    const foundFolder = emptyFolder()
    const { failures, accepted } = await fuzz(faulty, 100_000, 1, { foundFolder })
    expect(accepted).toBeGreaterThan(1000)
    expect(failures.length).toBeGreaterThan(0)
    const [name, found] = readFound(foundFolder)[0]!
    expect(failures.map(({ file }) => file)).toContain(name)
    // as short as it can be
    expect(found.hex).toMatch(/^07c8f[a-f]$/)
    expect(found.problem).toBe('Error: a count beyond the bytes')
  })

  test('does the same with the same seed', async () => {
    const foundFolder = emptyFolder()
    const run = async (seed: number) => {
      const inputs: string[] = []
      const spy = { ...faulty, run: (input: Uint8Array) => `no ${inputs.push(String(input)) < 0}` }
      await fuzz(spy, 500, seed, { foundFolder })
      return inputs
    }
    expect(await run(5)).toEqual(await run(5))
    expect(await run(5)).not.toEqual(await run(6))
  })

  test('stops at a few failures', async () => {
    const run = (): string => {
      throw new Error('x')
    }
    const { failures } = await fuzz({ ...faulty, run }, 1000, 1, { foundFolder: emptyFolder() })
    expect(failures).toHaveLength(5)
  })
})

describe('an attempt', () => {
  test.each<[string, () => string, RegExp]>([
    [
      'that throws what has no code',
      () => {
        throw new TypeError('x is undefined')
      },
      /TypeError: x is undefined/,
    ],
    [
      'that leaves something on all objects',
      () => {
        Object.assign(Object.prototype, { polluted: 1 })
        return 'ok'
      },
      /all objects have a 'polluted'/,
    ],
    [
      'that takes long, again and again',
      () => {
        for (const until = performance.now() + 600; performance.now() < until; );
        return 'ok'
      },
      /takes longer/,
    ],
  ])('%s has a problem', async (_, run, problem) => {
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, 'polluted'))
    expect((await attempt({ ...faulty, run }, new Uint8Array(1))).problem).toMatch(problem)
  })
})
