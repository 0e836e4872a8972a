import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VirtualClock } from '@tygase/testkit/internal'
import { normalizePath } from 'vite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SecondLook } from '../src/second-look.js'

let folder: string
let file: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tygase-vite-'))
  file = join(folder, 'game.ts')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A file of a module, whose edits the watcher reports only if a test does so. */
class Edits {
  readonly clock = new VirtualClock()
  readonly watcher = new EventEmitter()
  readonly look = new SecondLook(this.watcher, this.clock)
  reported = 0

  constructor() {
    this.watcher.on('change', () => {
      this.reported++
    })
    this.look.add(normalizePath(file))
  }

  write(text: string): void {
    writeFileSync(file, text)
  }

  report(): void {
    this.watcher.emit('change', file)
  }

  use(text: string): void {
    this.look.used(normalizePath(file), text)
  }

  /** How often the file is reported from now on. */
  reportedMore(): number {
    const before = this.reported
    while (this.clock.runNext());
    return this.reported - before
  }
}

it.each<[string, number, (edits: Edits) => void]>([
  ['is reported again if a module was made of the text before', 1, (edits) => edits.write('B')],
  ['is not reported again if nothing has been written since', 0, () => {}],
  ['is not reported again if it is gone', 0, () => rmSync(file)],
  ['is not reported again if a plugin makes modules of another text', 0, (edits) => edits.use('of a plugin')],
  [
    'is not reported again if the watcher reports it at last',
    0,
    (edits) => {
      edits.write('B')
      edits.clock.advance(150)
      edits.report()
      edits.use('B')
    },
  ],
  [
    'is reported again if a module is made late, of a text that was read before',
    1,
    (edits) => {
      edits.clock.advance(1000)
      edits.write('B')
      edits.use('A')
    },
  ],
  [
    'is not reported again when all is over',
    0,
    (edits) => {
      edits.write('B')
      edits.look.stop()
    },
  ],
])('a file that has been reported %s', (_, times, act) => {
  const edits = new Edits()
  edits.write('A')
  edits.report()
  edits.use('A')
  act(edits)
  expect(edits.reportedMore()).toBe(times)
})

it('a file is reported again until modules are made of what it holds', () => {
  const edits = new Edits()
  edits.watcher.on('change', () => {
    edits.use(`text ${edits.reported - 1}`)
    if (edits.reported < 4) edits.write(`text ${edits.reported}`)
  })
  edits.write('text 0')
  edits.report()
  expect(edits.reportedMore()).toBe(3)
})

it('a file of no module is left alone', () => {
  const edits = new Edits()
  edits.watcher.emit('change', join(folder, 'other.ts'))
  expect(edits.clock.pending).toBe(0)
})
