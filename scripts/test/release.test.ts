import { describe, expect, it } from 'vitest'
import { projectAddress } from '../addresses.mjs'
import { inOrder, refusalToPublish } from '../release.mjs'
import { inRoot } from '../root.mjs'
import { runCommand } from '../run-command.mjs'
import { publicPackageFolders } from '../workspaces.mjs'

describe('a release', () => {
  it('is refused while the project has no address', () => {
    expect(refusalToPublish('https://tygase.invalid/tygase')).toMatch(/no address.*npm run addresses/)
  })

  it('is refused while changes wait for a version', () => {
    expect(refusalToPublish('https://code.example/tygase', ['quick-fox.md'])).toMatch(/quick-fox\.md.*npm run bump/)
  })

  it('is refused for a tag of another version', () => {
    const tagged = { tag: 'v0.2.0', version: '0.1.0' }
    expect(refusalToPublish('https://code.example/tygase', [], tagged)).toMatch(/v0\.2\.0 is not v0\.1\.0/)
  })

  it('is allowed otherwise', () => {
    expect(refusalToPublish('https://code.example/tygase')).toBeUndefined()
    expect(refusalToPublish('https://code.example/tygase', [], { tag: 'v0.1.0', version: '0.1.0' })).toBeUndefined()
  })

  it('ends with 1 and says why, before anything is packed, if it is refused', async () => {
    const { exitCode, output } = await runCommand(process.execPath, [inRoot('scripts', 'release.mjs'), '--check'])
    const refusal = refusalToPublish(projectAddress())
    expect([exitCode, output.includes(refusal ?? '')]).toEqual([refusal === undefined ? 0 : 1, true])
  })

  it('has every package, behind those that it needs', () => {
    const folders = inOrder()
    expect([...folders].sort()).toEqual(publicPackageFolders())
    const place = (name: string) => folders.indexOf(`packages/${name}`)
    expect(place('gamestate')).toBeLessThan(place('protocol'))
    expect(place('protocol')).toBeLessThan(place('client'))
    expect(place('server')).toBeLessThan(place('testkit'))
  })
})
