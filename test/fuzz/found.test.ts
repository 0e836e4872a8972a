import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { attempt } from './campaign.js'
import { inputOf, keep, readFound } from './found.js'
import { foundFolder } from './support/fuzz-all.js'
import { targetNamed } from './targets.js'

test('what a fuzzer keeps can be read again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tygase-found-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const name = keep(folder, 'packet', new Uint8Array([0, 255]), 'Error: x')
  expect(readFound(folder)).toEqual([[name, { target: 'packet', problem: 'Error: x', hex: '00ff' }]])
  expect(inputOf(readFound(folder)[0]![1])).toEqual(new Uint8Array([0, 255]))
})

test.each(readFound(foundFolder))('%s, which once went wrong, does so no more', async (_, found) => {
  expect((await attempt(targetNamed(found.target), inputOf(found))).problem).toBeUndefined()
})
