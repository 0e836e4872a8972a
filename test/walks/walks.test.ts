import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { Walk } from './walks.js'

/**
 * The most source files that each walk may run, and which of them count. A step that raises a figure, by 5 at most, says
 * here why.
 */
const figures: [name: string, counts: RegExp, most: number][] = [
  // five above 60: sessions of client and server are files of their own, so that a page does not load a server's half; and the
  // budgets that keep one client from holding up the others. Five more: stamped events are held until their tick, the arrivals
  // of versions are followed for drawing, and what a page without maps does not load is apart from what it does
  ['an event to its rule and its ack back', /./, 70],
  // two above 55: the arrivals, and the part of the codec for maps
  ['a version to a subscriber', /./, 57],
  // two above 20: the budgets of connection and address
  ['a hello into an existing room', /^packages\/server\//, 22],
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
