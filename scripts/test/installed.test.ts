import { describe, expect, it } from 'vitest'
import { fetchesIn, isInstalled, withoutFetches } from '../installed.mjs'

const a = { version: '1.0.0' }
const b = { version: '2.0.0' }
const own = { version: '0.1.0' }

const table: [
  what: string,
  wanted: Parameters<typeof isInstalled>[0],
  present: Parameters<typeof isInstalled>[1],
  installed: boolean,
][] = [
  ['holds when all is there', { packages: { '': own, a, b } }, { packages: { a, b } }, true],
  ['does not hold when nothing is there', { packages: { '': own, a } }, undefined, false],
  ['does not hold when one is missing', { packages: { '': own, a, b } }, { packages: { a } }, false],
  ['does not hold when one has another version', { packages: { '': own, a } }, { packages: { a: b } }, false],
  ['does not hold when one is there that is not wanted', { packages: { '': own, a } }, { packages: { a, b } }, false],
  [
    'holds when what is missing is for another platform',
    { packages: { '': own, a, b: { ...b, optional: true } } },
    { packages: { a } },
    true,
  ],
  [
    'holds when what is there besides is for this platform',
    { packages: { '': own, a } },
    { packages: { a, b: { ...b, optional: true } } },
    true,
  ],
  [
    'holds for links to workspaces',
    { packages: { '': own, a: { link: true } } },
    { packages: { a: { link: true } } },
    true,
  ],
]

describe('isInstalled', () => {
  it.each(table)('%s', (_, wanted, present, installed) => {
    expect(isInstalled(wanted, present)).toBe(installed)
  })
})

describe('the output of npm', () => {
  const output = [
    'npm http fetch GET 200 https://registry.npmjs.org/ws 12ms (cache miss)',
    'npm http cache immer@https://registry.npmjs.org/immer/-/immer-1.0.0.tgz 0ms (cache hit)',
    'npm error code ENOTFOUND',
    '',
  ].join('\n')

  it('has a line for each file that was fetched', () => {
    expect(fetchesIn(output)).toBe(2)
    expect(fetchesIn('added 2 packages in 1s')).toBe(0)
  })

  it('is shown without these lines', () => {
    expect(withoutFetches(output)).toBe('npm error code ENOTFOUND\n')
  })
})
