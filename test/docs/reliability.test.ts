import { expect, it } from 'vitest'
import { readFaults } from '../../scripts/fault-patches.mjs'
import { readText } from '../architecture/repository.js'

it('docs/internals/reliability.md has a row for each deliberate fault', () => {
  const [, section = ''] = readText('docs/internals/reliability.md').split('## Deliberate faults\n')
  const rows = [...section.split('\n## ')[0]!.matchAll(/^\| ([a-z-]+) \|/gm)].map(([, name]) => name)
  expect(rows.filter((name) => name !== 'fault')).toEqual(readFaults().map(({ name }) => name))
})
