// Writes down which marked places a test file reaches.
import { writeFileSync } from 'node:fs'
import { afterAll, expect } from 'vitest'
import { hitsFile } from './mutate-plugin.mjs'

/** @type {Set<number>} */
const hits = new Set()
Object.assign(globalThis, { mutantHit: (/** @type {number} */ number) => hits.add(number) })

afterAll(() => {
  const { testPath = '' } = expect.getState()
  writeFileSync(hitsFile(process.env.HITS ?? '', testPath), JSON.stringify([...hits]))
})
