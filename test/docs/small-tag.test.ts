import { join } from 'node:path'
import type { Connection } from '@tygase/client'
import { predict } from '@tygase/client/predict'
import { defineGame, EntityMap } from '@tygase/gamestate'
import { links, simulate } from '@tygase/testkit'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { readText } from '../architecture/repository.js'
import { codeBlocks } from './code-blocks.js'
import { writePageFiles } from './page-files.js'

const page = 'docs/guides/small-tag.md'
/** Lines of rules, server and client together. */
const maxLines = 80
const frameMs = 1000 / 60

/** The shape of the page's game: its file has no types before it is written. */
const shape = defineGame({
  initialState: () => ({
    players: new EntityMap<{ x: number; y: number; dx: number; dy: number }>(),
    it: '',
    safeUntil: 0,
  }),
  events: (on) => ({ steer: on(z.object({ dx: z.number(), dy: z.number() }), () => {}) }),
})

/** The stick that runs from one disc straight to another one. */
function stickTo({ state }: Connection<typeof shape>, from: string, to: string): { dx: number; dy: number } {
  const [a, b] = [state.players.get(from)!, state.players.get(to)!]
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1
  return { dx: (b.x - a.x) / length, dy: (b.y - a.y) / length }
}

test(`the small Tag has at most ${maxLines} lines`, () => {
  const blocks = codeBlocks(readText(page)).filter(({ file }) => ['game.ts', 'server.ts', 'client.ts'].includes(file))
  expect(blocks).toHaveLength(3)
  const lines = blocks.reduce((sum, { code }) => sum + code.split('\n').length, 0)
  expect(lines).toBeLessThanOrEqual(maxLines)
})

test('the small Tag is played over the network of a phone: own presses at once, and a touch passes it on', async () => {
  const folder = await writePageFiles(page, 'docs')
  // reason: the file is written by this test
  const { tag } = (await import(join(folder, 'game.ts'))) as { tag: typeof shape }
  const client = { game: tag, predict: predict() }
  const simulation = await simulate({ game: tag, clients: 2, seed: 3, link: links.mobile, client })
  await simulation.step(2000)
  const [first, second] = simulation.clients.map(({ connection }) => connection)
  const it = first!.state.it
  const [hunter, prey] = first!.clientId === it ? [first!, second!] : [second!, first!]
  const tags: unknown[] = []
  for (const connection of [hunter, prey]) connection.registerEventHandler('tagged' as never, (data) => tags.push(data))
  const xOf = (state: 'state' | 'predicted') => hunter[state].players.get(it)!.x

  hunter.scene()
  const before = { ...hunter.scene().players.get(it)! }
  hunter.dispatchEvent('steer', { dx: before.x < 800 ? 1 : -1, dy: 0 })
  await simulation.step(3 * frameMs)
  const drawn = hunter.scene().players.get(it)!
  expect(Math.abs(drawn.x - before.x)).toBeGreaterThan(1)
  expect(xOf('state')).toBe(before.x)

  while (prey.state.it === it) {
    hunter.dispatchEvent('steer', stickTo(hunter, it, prey.clientId))
    await simulation.step(200)
  }
  await simulation.settle()
  expect(prey.state.it).toBe(prey.clientId)
  expect(tags).toEqual(Array(2).fill({ by: it, whom: prey.clientId }))
  await simulation.end()
})
