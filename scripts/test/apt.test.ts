import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installWithApt } from '../apt.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tygase-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** An apt-get that notes what it is asked for, and ends with these codes. */
function putAptGet(update: number, install: number): string {
  const program = join(folder, 'apt-get')
  const script = `#!/bin/sh
case "$*" in
  *" update") echo update >>"${folder}/asked"; echo "no lists"; exit ${update} ;;
  *) echo "\${*##*recommends }" >>"${folder}/asked"; echo "no package"; exit ${install} ;;
esac
`
  writeFileSync(program, script, { mode: 0o755 })
  return program
}

const asked = (): string[] => readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n')

/** As root does it, whoever runs the tests. */
const install = (packages: string[], program: string): Promise<string> =>
  installWithApt(packages, { program, isRoot: true })

describe('installWithApt', () => {
  it('installs though the lists of a source cannot be updated', async () => {
    expect(await install(['nginx-light'], putAptGet(100, 0))).toMatch(/^apt-get has installed it/)
    expect(asked()).toEqual(['update', 'nginx-light'])
  })

  it('updates the lists once for all that is wanted', async () => {
    const program = putAptGet(0, 0)
    await install(['nginx-light'], program)
    await install(['caddy', 'tmux'], program)
    expect(asked()).toEqual(['update', 'nginx-light', 'caddy tmux'])
  })

  it('gives what both have printed if neither goes well', async () => {
    expect(await install(['caddy'], putAptGet(100, 100))).toBe('apt-get failed:\nno lists\nno package\n')
  })

  it('says so if there is no apt-get', async () => {
    expect(await install(['caddy'], join(folder, 'nothing'))).toMatch(/there is no apt-get/)
  })
})
