import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findProgram, programs } from '../programs.mjs'

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

describe.each(Object.values(programs))('$name', (program) => {
  const { name, variable } = program
  const find = (env: Record<string, string>, further: string[] = []) => findProgram(program, env, further)

  it('is the program that its variable names, before any other', () => {
    put(name, 0o755)
    const mine = put('mine', 0o755)
    expect(find({ [variable]: mine, PATH: folder })).toBe(mine)
  })

  it('is no other one where the variable names no program', () => {
    put(name, 0o755)
    const wrong = { [variable]: join(folder, 'nothing'), PATH: folder }
    expect(() => find(wrong)).toThrow(
      `${variable} is ${wrong[variable]}, and there is no program there. Install ${name}`,
    )
  })

  it('is found on the PATH, past what is no program, and in further folders', () => {
    const other = join(folder, 'other')
    put(name, 0o644)
    expect(find({ PATH: `/nowhere:${folder}:${other}` })).toBeUndefined()
    rmSync(join(folder, name))
    const path = put(name, 0o755)
    expect(find({ PATH: `/nowhere:${folder}` })).toBe(path)
    expect(find({ PATH: '/nowhere' }, [folder])).toBe(path)
  })
})
