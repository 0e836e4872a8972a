import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { Walk } from './walks.js'

/**
 * The most source files that each walk may run, and which of them count. Each began at 60, 55 and 20 files. What is new in the
 * library may add 5 files to a walk, with the reason here.
 */
const figures: [name: string, counts: RegExp, most: number][] = [
  // 21 above 60. Pages load apart what only a server does, what only maps and changed arrays need, and counts without their meanings:
  // 5. Drafts keep maps open until the end of a tick, and mark what is sealed: 3. Prediction holds stamped events until their tick, and
  // follows arrivals: 2. Budgets keep one client from holding up the others: 2. Rows are columns, with files for their code, for
  // sealing them, and for the ways in and out of the codec: 5. The replicas of one process share what they decode: 1.
  // The results of a tick stand apart from their room, which may have a journal: 1. A client may have several sessions, one for each time
  // that its page is loaded: 1. Constants that a page puts where they are used: 1
  ['an event to its rule and its ack back', /./, 81],
  // 14 above 55. Rows are columns: 5. Drafts: 3. The codec of maps stands apart: 1. Versions of a table hand on the index of their ids: 1.
  // Arrivals: 1. What replicas share: 1. The results of a tick: 1.
  // Constants that a page puts where they are used: 1
  ['a version to a subscriber', /./, 69],
  // three above 20: the budgets of connection and address, the sessions of one client
  ['a hello into an existing room', /^packages\/server\//, 23],
]

function playWalks(): Walk[] {
  const { stdout, stderr } = spawnSync(process.execPath, [`${import.meta.dirname}/start.mjs`, '--json'], {
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

describe('the way of one thing through the library', () => {
  const walks = playWalks()

  it('is counted for each walk', () => {
    expect(walks.map(({ name }) => name)).toEqual(figures.map(([name]) => name))
  })

  it('runs the same files each time', () => {
    expect(playWalks()).toEqual(walks)
  })

  it.each(figures)('of %s, counting %s, runs no more than %i source files', (name, counts, most) => {
    const files = walks.find((walk) => walk.name === name)!.files.filter((file) => counts.test(file))
    console.log(`note: ${name}: ${files.length} source files`)
    expect(files.length).toBeGreaterThan(5)
    expect(files.length, files.join('\n')).toBeLessThanOrEqual(most)
  })
})
