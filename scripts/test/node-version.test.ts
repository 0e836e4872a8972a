import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { nodeComplaint, oldestNode } from '../node-version.mjs'

describe('nodeComplaint', () => {
  it.each(['18.20.4', '20.18.1', '0.12.0'])(
    'refuses Node %s with a sentence that names it and the one to get',
    (version) => {
      expect(nodeComplaint(version)).toMatch(new RegExp(`needs Node 20\\.19 or newer.*${version}`))
    },
  )

  it.each(['20.19.0', '20.20.2', '22.0.0', '24.9.0', '100.0.0'])('takes Node %s', (version) => {
    expect(nodeComplaint(version)).toBeUndefined()
  })

  it('asks for the Node that package.json asks for', () => {
    const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(engines.node).toBe(`>=${oldestNode.join('.')}.0`)
  })
})
