import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findChromium } from '../chromium.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tygase-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A file of that name in the folder, and its path. */
function put(name: string, mode: number): string {
  writeFileSync(join(folder, name), '', { mode })
  return join(folder, name)
}

describe('findChromium', () => {
  it('takes the program that CHROMIUM_PATH names before any other', () => {
    put('chromium', 0o755)
    const mine = put('mine', 0o755)
    expect(findChromium({ CHROMIUM_PATH: mine, PATH: folder })).toBe(mine)
  })

  it('refuses a CHROMIUM_PATH that names no program, rather than taking another one', () => {
    put('chromium', 0o755)
    const nothing = join(folder, 'nothing')
    expect(() => findChromium({ CHROMIUM_PATH: nothing, PATH: folder })).toThrow(/CHROMIUM_PATH is .*nothing.*Install/)
  })

  it.each(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'])('finds %s on the PATH', (name) => {
    const program = put(name, 0o755)
    expect(findChromium({ PATH: `/nowhere:${folder}` })).toBe(program)
  })
})
