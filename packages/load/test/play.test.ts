import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { checkPlay, loadPlay } from '../src/play.js'

const folder = mkdtempSync(join(tmpdir(), 'tygase-load-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
function script(code: string, ending = 'mjs'): string {
  const path = join(folder, `play-${files++}.${ending}`)
  writeFileSync(path, code)
  return path
}

test('a script exports `play`, an object or a function', async () => {
  const play = await loadPlay(script('export const play = { data: () => ({ name: "Ada" }), tick() {} }'))
  expect(Object.keys(play)).toEqual(['data', 'tick'])
  const start = await loadPlay(script('export function play(player) { return player.index }'))
  expect(start.start?.({ index: 3 } as never)).toBe(3)
  expect(await loadPlay(script('export default { tick() {} }'))).toEqual({ tick: expect.any(Function) })
})

test('a script that is not there is named', async () => {
  const path = join(folder, 'nowhere.mjs')
  await expect(loadPlay(path)).rejects.toMatchObject({ code: 'play_not_found', message: `there is no file ${path}` })
})

test.each([
  ['a syntax error', 'export const play = {', 'cannot be loaded: '],
  ['an error', 'throw new TypeError("not today")', 'TypeError: not today'],
  ['an import that is missing', 'import "not-installed-at-all"', 'not-installed-at-all'],
  ['no export', 'export const game = 1', 'it exports no `play`'],
])('a script with %s is refused with the reason', async (_, code, reason) => {
  const path = script(code)
  const failed = await loadPlay(path).catch((error: unknown) => error)
  expect(failed).toMatchObject({ code: 'play_invalid' })
  expect((failed as Error).message).toContain(path)
  expect((failed as Error).message).toContain(reason)
})

test.each([
  [5, '`play` is an object or a function'],
  [null, '`play` is an object or a function'],
  [{ tick: 5 }, '`play.tick` is a function'],
  [{ ticks() {} }, "`play` has no part 'ticks'; the parts are game, room, data, credentials, start, tick"],
  [{ game: {} }, '`play.game` is made by defineGame'],
])('%j is no play', (play, message) => {
  expect(() => checkPlay(play, 'play.js')).toThrow(`play.js: ${message}`)
})
