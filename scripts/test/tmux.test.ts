import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findTmux } from '../tmux.mjs'

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

describe('findTmux', () => {
  it('takes the program that TMUX_PATH names before any other', () => {
    put('tmux', 0o755)
    const mine = put('mine', 0o755)
    expect(findTmux({ TMUX_PATH: mine, PATH: folder })).toBe(mine)
  })

  it('refuses a TMUX_PATH that names no program, rather than taking another one', () => {
    put('tmux', 0o755)
    expect(() => findTmux({ TMUX_PATH: join(folder, 'nothing'), PATH: folder })).toThrow(/TMUX_PATH is .*Install tmux/)
  })

  it('finds it on the PATH, past what is no program', () => {
    const other = join(folder, 'other')
    put('tmux', 0o644)
    expect(findTmux({ PATH: `/nowhere:${folder}:${other}` })).toBeUndefined()
    rmSync(join(folder, 'tmux'))
    const program = put('tmux', 0o755)
    expect(findTmux({ PATH: `/nowhere:${folder}` })).toBe(program)
  })
})
