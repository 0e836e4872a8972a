import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Connection } from '@tygase/client'
import { predict } from '@tygase/client/predict'
import type { AnyGame } from '@tygase/gamestate'
import { links, simulate } from '@tygase/testkit'
import { type FeelReport, type FeelRows, measureFeel } from '@tygase/testkit/feel'
import { describe, expect, it } from 'vitest'
import { applyPatch } from '../../scripts/apply-patch.mjs'
import { readText, root } from '../architecture/repository.js'
import { codeBlocks } from './code-blocks.js'
import { compilePages } from './compile-pages.js'

const page = readText('docs/guides/smooth-shooter.md')
const before = new Map(codeBlocks(page).map(({ file, code }) => [file, `${code}\n`]))
const [, diff = ''] = /^```diff\n(.*?)^```$/ms.exec(page) ?? []
const after = applyPatch(diff, (path) => before.get(path) ?? '')

/** The part of the page's code that the tests play. */
interface PageCode {
  readonly game: AnyGame
  readonly View: new (
    connection: Connection,
  ) => {
    steer(dx: number, dy: number): void
    places(nowMs: number): Iterable<[string, { x: number; y: number }]>
  }
}

/** The code as modules of their own. */
async function load(name: string, files: ReadonlyMap<string, string>): Promise<PageCode> {
  const folder = join(root, '.cache/docs-played', name)
  mkdirSync(folder, { recursive: true })
  for (const [file, code] of files) writeFileSync(join(folder, file), code)
  const urlOf = (file: string): string => pathToFileURL(join(folder, file)).href
  const { shooter } = await import(urlOf('game.ts'))
  const { View } = await import(urlOf('view.ts'))
  return { game: shooter, View }
}

/** Plays it on a phone: presses left and right in turn. */
function play({ game, View }: PageCode, options: object): Promise<FeelReport> {
  let view: InstanceType<PageCode['View']> | undefined
  const rowsOf = (players: Iterable<[string, { x: number; y: number }]>): FeelRows =>
    Object.fromEntries([...players].map(([id, { x, y }]) => [id, [x, y]]))
  let now = (): number => 0
  return measureFeel<AnyGame>({
    game,
    link: links.mobile,
    seed: 3,
    seconds: 12,
    topSpeed: 300,
    client: options,
    rows: (state) => rowsOf(state.players),
    play: ({ connection, clock, note }) => {
      view = new View(connection)
      now = () => clock.now()
      const press = (sign: number): void => {
        note({ kind: 'press', direction: [sign, 0] })
        view?.steer(sign, 0)
        clock.schedule(600, () => press(-sign))
      }
      press(1)
    },
    drawn: ({ version, feel }) => {
      const rows = rowsOf(view?.places(now()) ?? [])
      // a page that predicts knows which tick it shows; for another one the best place is found
      return feel.aheadTicks > 0 ? { rows, ownPlace: version + feel.aheadTicks } : { rows }
    },
  })
}

/** Two players run left and right, one with the page. @returns the share of its shots at the other's drawn place that hit */
async function shoot({ game, View }: PageCode, options: object): Promise<number> {
  const connect = { game, ...options }
  const simulation = await simulate({ game, link: links.wifi, seed: 3, client: connect })
  const shooter = simulation.clients[0]!.connection
  const target = simulation.addClient({ connect: { game } })
  await simulation.complete(target.connected)
  const view = new View(shooter)
  const drawn = () => new Map(view.places(simulation.nowMs))
  const frames = async (count: number): Promise<void> => {
    for (let frame = 0; frame < count; frame++) {
      await simulation.step(1000 / 60)
      drawn()
    }
  }
  target.connection.dispatchEvent('steer', { dx: 0, dy: 1 })
  await frames(60)
  const shots = 30
  for (let shot = 0; shot < shots; shot++) {
    const dx = Math.floor(shot / 3) % 2 === 0 ? 1 : -1
    if (shot % 3 === 0) view.steer(dx, 0)
    if (shot % 3 === 1) target.connection.dispatchEvent('steer', { dx: -dx, dy: 0 })
    await frames(18)
    const rows = drawn()
    const [me, other] = [rows.get(shooter.clientId)!, rows.get(target.connection.clientId)!]
    shooter.dispatchEvent('shoot', { angle: Math.atan2(other.y - me.y, other.x - me.x) })
  }
  await frames(60)
  const { health } = simulation.server.store.state.players.get(target.connection.clientId)
  await simulation.end()
  return (100 - health) / 10 / shots
}

describe('docs/guides/smooth-shooter.md', () => {
  it('has a diff that fits its code, and what it makes compiles', async () => {
    const made = [...after].map(([file, code]) => `\`\`\`ts file=${file}\n${code}\`\`\`\n`)
    expect(await compilePages(new Map([['after.md', made.join('\n')]]), 'docs-diff')).toEqual(
      new Map([['after.md', []]]),
    )
  })

  it('deletes more than it adds', () => {
    const lines = diff.split('\n')
    const count = (sign: string): number =>
      lines.filter((line) => line.startsWith(sign) && !line.startsWith(sign.repeat(3))).length
    expect(count('+')).toBeLessThan(count('-') / 2)
  })

  it('makes the own player on a phone five times as exact', async () => {
    const old = await play(await load('before', before), {})
    const smooth = await play(await load('after', after), { predict: predict() })
    console.log(`note: own error p95 in units: ${old.ownErrorP95} before, ${smooth.ownErrorP95} after`)
    expect(smooth.pressFramesP95).toBeLessThanOrEqual(2)
    expect(smooth.ownErrorP95).toBeLessThan((old.ownErrorP95 ?? 0) / 5)
  })
  it('lets shots hit what the screen shows while both run', async () => {
    const old = await shoot(await load('before', before), {})
    const smooth = await shoot(await load('after', after), { predict: predict() })
    console.log(`note: share of shots that hit: ${old} before, ${smooth} after`)
    expect(smooth).toBeGreaterThanOrEqual(0.95)
    expect(old).toBeLessThan(smooth / 2)
  })
})
