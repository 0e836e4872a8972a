import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EntityMap } from '@tygase/gamestate'
import type { Divergence } from '@tygase/server/internal'
import { describe, expect, test } from 'vitest'
import { divergenceFiles } from '../src/index.js'
import { tempFolder } from './journal/temp-folder.js'

const found = (atMs: number, more: Partial<Divergence> = {}): Divergence => ({
  room: 'arena/42',
  clientId: 'ada',
  version: 7,
  atMs,
  state: { players: new EntityMap([['ada', { x: Number.NaN }]]), tiles: new Uint8Array([1, 2]) } as never,
  differences: [{ path: ['players', 'ada', 'x'], server: -0, client: undefined }],
  isComplete: true,
  ...more,
})

describe('a file about a replica that was wrong', () => {
  test('has the version of the server and what differs, and can be read by its owner alone', async () => {
    const folder = join(tempFolder(), 'made', 'here')
    await divergenceFiles(folder)(found(0))
    const [name] = readdirSync(folder) as [string]
    expect(name).toBe('divergence-1970-01-01T00-00-00-000Z-arena_42-ada-7.json')
    expect(JSON.parse(readFileSync(join(folder, name), 'utf8'))).toEqual({
      ...{ room: 'arena/42', clientId: 'ada', version: 7, atMs: 0, isComplete: true },
      state: { players: { ada: { x: { number: 'NaN' } } }, tiles: { bytes: 'AQI=' } },
      differences: [{ path: ['players', 'ada', 'x'], server: { number: '-0' } }],
    })
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  test('stays in its folder, whatever the ids are', async () => {
    const folder = tempFolder()
    await divergenceFiles(folder)(found(0, { room: '../../x', clientId: `/etc/${'y'.repeat(300)}` }))
    expect(readdirSync(folder)).toHaveLength(1)
  })

  test('takes the place of the oldest one, and of no other file', async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'notes.json'), '')
    const write = divergenceFiles(folder, { maxFiles: 2 })
    await Promise.all([1000, 2000, 3000].map((atMs) => write(found(atMs))))
    const names = readdirSync(folder)
    expect(names).toHaveLength(3)
    expect(names.join()).not.toContain('00-00-01')
    expect(names).toContain('notes.json')
  })

  test('is written without the state if it would be too large', async () => {
    const folder = tempFolder()
    const write = divergenceFiles(folder, { maxFileBytes: 1024 })
    await write(found(0, { state: { text: 'x'.repeat(2000) } as never }))
    const [name] = readdirSync(folder) as [string]
    expect(JSON.parse(readFileSync(join(folder, name), 'utf8'))).not.toHaveProperty('state')
    const differences = [{ path: [], server: 'x'.repeat(2000), client: 1 }]
    await expect(write(found(0, { differences }))).rejects.toMatchObject({ code: 'divergence_failed' })
  })

  test('is missed with divergence_failed if the folder cannot be written to', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'a'))
    writeFileSync(join(folder, 'a', 'b'), '')
    await expect(divergenceFiles(join(folder, 'a', 'b'))(found(0))).rejects.toMatchObject({ code: 'divergence_failed' })
  })
})

test.each<[string, unknown, object?]>([
  ['no folder', ''],
  ['an unknown option', 'x', { files: 1 }],
  ['no files', 'x', { maxFiles: 0 }],
])('%s is refused with invalid_argument', (_, folder, options) => {
  expect(() => divergenceFiles(folder as string, options)).toThrow(
    expect.objectContaining({ code: 'invalid_argument' }),
  )
})
