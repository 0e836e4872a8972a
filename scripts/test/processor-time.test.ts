import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { processorMsOf } from '../processor-time.mjs'

/** A folder like Linux's /proc. */
function procWith(stats: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tygase-proc-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, stat] of Object.entries(stats)) {
    mkdirSync(join(folder, name))
    if (stat !== '') writeFileSync(join(folder, name, 'stat'), stat)
  }
  return folder
}

describe('processorMsOf', () => {
  it('adds up the processes of a group, their own time and that of children that have ended', () => {
    const proc = procWith({
      10: '10 (node) S 1 10 10 0 -1 0 0 0 0 0 100 20 3 4 20 0 1 0 5 0 0',
      11: '11 (a (b) c) R 10 10 10 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 5 0 0',
      12: '12 (other) S 1 12 12 0 -1 0 0 0 0 0 9000 9000 0 0 20 0 1 0 5 0 0',
      13: '',
      version: 'Linux',
    })
    expect(processorMsOf(10, proc)).toBe(1300)
  })

  it.each([
    ['for a group that has ended', procWith],
    ['on a system without such a folder', () => '/nowhere/at-all'],
  ])('is undefined %s', (_, folder) => {
    expect(processorMsOf(10, folder({ version: 'Linux' }))).toBeUndefined()
  })
})
