// Writes down which marked places a test file reaches.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'

/** @type {Set<number>} */
const hits = new Set()
Object.assign(globalThis, { mutantHit: (/** @type {number} */ number) => hits.add(number) })

afterAll(() => {
  const { testPath = '' } = expect.getState()
  const name = testPath.replaceAll(/[^\w.-]/g, '_')
  writeFileSync(join(process.env.HITS ?? '', `${name}.json`), JSON.stringify({ test: testPath, hits: [...hits] }))
})
