import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { isLong } from '../support/effort.js'
import { bundlers, openPage } from './bundlers.js'

const pages: [page: string, result: unknown][] = [
  ['connect', undefined],
  ['server', 1],
  ['testkit', 2],
]

// webpack takes as long as all others together
const names = Object.keys(bundlers).filter((name) => isLong || name !== 'webpack')

describe.each(names)('a page that %s has bundled, without stubs and warnings,', (name) => {
  it.each(pages)('with %s runs in a browser', async (page, result) => {
    const bundle = await bundlers[name]!(page)
    expect(bundle.complaints).toEqual([])
    expect(bundle.code.match(/\bnode:[a-z]+|\brequire\(/g)).toBeNull()
    const size = (length: number) => `${(length / 1000).toFixed(1)} kB`
    console.log(
      `note: page ${page} by ${name}: ${size(bundle.code.length)}, gzip ${size(gzipSync(bundle.code).length)}`,
    )
    expect(await openPage(bundle)).toBe(result)
  })
})
