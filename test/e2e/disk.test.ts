import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { root } from '../architecture/repository.js'
import { bundleProgram } from './support/bundle-program.js'
import { runDiskProgram, type Scenario } from './support/disk-program.js'
import { noSmallDisk, runOnSmallDisk } from './support/small-disk.js'

const program = join(root, '.cache/e2e/disk-program.mjs')

beforeAll(async () => {
  const code = `import { ${runDiskProgram.name} } from './disk-program.js'
        await ${runDiskProgram.name}(process.argv[2], process.argv[3])`
  await bundleProgram({ code }, program, ['lmdb', 'ws', 'piscina'])
})

beforeEach((context) => context.skip(noSmallDisk !== undefined, noSmallDisk))

/** How a scenario went on a disk of this size. The process must end by itself, without a rejection that nobody has taken. */
async function play(name: Scenario, bytes: number): Promise<Record<string, unknown>> {
  const { end, result, errors } = await runOnSmallDisk(program, name, bytes)
  expect(end, errors).toBe(0)
  const { rejections, ...others } = result as Record<string, unknown>
  expect(rejections).toEqual([])
  return others
}

const mebibyte = 1024 * 1024
const failed = (message: string) => ({
  code: 'storage_failed',
  message: expect.stringContaining(message),
  cause: expect.stringMatching(/./),
})
const isFull = failed('the disk is full')

describe('a storage on a disk', () => {
  test('that is full refuses writes with storage_failed and the cause, keeps the rest, and goes on when there is room', async () => {
    const { done, together, kept, keptAgain, ...others } = await play('full', 2 * mebibyte)
    expect(done).toBeGreaterThan(5)
    expect(done).toBeLessThan(25)
    expect([kept, keptAgain]).toEqual([done, done])
    expect(together).toEqual(Array(11).fill(isFull))
    expect(others).toEqual({ failed: isFull, half: null, later: 'done', found: ['all is well', 100_000] })
  })

  test('that is full is not made anew, but an old one is read, and both go on when there is room', async () => {
    const { made, write, ...others } = await play('openedWhenFull', mebibyte)
    expect([made, write]).toEqual([isFull, isFull])
    expect(others).toEqual({ value: 'value', later: 'done', madeLater: 'done' })
  })

  test('that can only be read is refused with storage_failed, and opens later', async () => {
    const refused = failed('read-only file system')
    expect(await play('readOnly', mebibyte)).toEqual({ opened: refused, made: refused, later: 'done' })
  })

  test('whose file another process holds fails in time, reads meanwhile, lets no writes pile up, and goes on', async () => {
    expect(await play('locked', 4 * mebibyte)).toEqual({
      late: failed('has not ended within 30000 ms'),
      next: failed('an earlier write has not ended'),
      value: 'value',
      later: 'done',
      found: ['late', 2],
    })
  })
})

describe('on a full disk', () => {
  test('accounts refuse what they cannot keep, let in those they know, and go on when there is room', async () => {
    expect(await play('accounts', mebibyte)).toEqual({
      added: isFull,
      login: 'done',
      wrong: { code: 'login_failed', message: expect.anything(), cause: '' },
      changed: isFull,
      removed: { code: 'unknown_user', message: expect.anything(), cause: '' },
      later: 'done',
      loginLater: 'done',
      errors: ['the hash of a password was not renewed'],
    })
  })

  test('a room goes on, says with a code and a cause that it is not saved, and is saved when there is room', async () => {
    expect(await play('rooms', 2 * mebibyte)).toEqual({
      failures: Array(3).fill({
        message: 'a state was not saved',
        code: 'storage_failed',
        cause: expect.stringMatching(/./),
      }),
      ticksBetween: 10,
      isConnected: true,
      isLastSaved: true,
    })
  })

  test('a journal refuses records with journal_failed and the cause, and goes on behind a snapshot when there is room', async () => {
    const isFull = { code: 'journal_failed', message: expect.anything(), cause: expect.stringContaining('ENOSPC') }
    const { done, ...others } = await play('journal', mebibyte)
    expect(done).toBeGreaterThan(5)
    expect(others).toEqual({ failed: isFull, behind: isFull, healed: 'done', found: [[1, 1]] })
  })
})
