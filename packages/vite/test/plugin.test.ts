import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, createServer, type Plugin, type ViteDevServer } from 'vite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { tygase } from '../src/index.js'

/** Takes no rules in place of others, and says which ones it was to take: a developer reads that in the terminal. */
const serverCode = `
  import { game } from './game.js'
  export const server = {
    game,
    running: false,
    rooms: new Map(),
    run: async () => {},
    shutdown: async () => {},
    replaceGame(before, next) { throw new Error('asked to play at ' + next.tickRate) },
  }
`
const rulesCode = (tickRate: number): string =>
  `export const game = Object.freeze({ initialState: () => ({}), tickRate: ${tickRate}, events: {} })\n`

let folder: string
let rules: string
let vite: ViteDevServer
let terminal: string
/** Called with each text of the rules that is read. */
let onRead: (text: string) => void

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tygase-vite-')))
  mkdirSync(join(folder, 'src'))
  rules = join(folder, 'src/game.ts')
  writeFileSync(rules, rulesCode(30))
  writeFileSync(join(folder, 'src/server.ts'), serverCode)
  terminal = ''
  onRead = () => {}
  const customLogger = createLogger('error')
  customLogger.error = (text) => {
    terminal += `${text}\n`
  }
  const reader: Plugin = {
    name: 'reader',
    enforce: 'pre',
    transform: (code, id) => (id === rules ? onRead(code) : undefined),
  }
  const server = { host: '127.0.0.1', port: 0 }
  const options = { root: folder, cacheDir: join(folder, 'cache'), configFile: false, customLogger, server } as const
  vite = await createServer({ ...options, optimizeDeps: { noDiscovery: true }, plugins: [reader, tygase()] })
  await vite.listen()
  // is answered once the game has been loaded
  await fetch(`${vite.resolvedUrls!.local[0]}rooms`)
  await expect.poll(() => vite.watcher.getWatched()[join(folder, 'src')]).toContain('game.ts')
})

afterEach(async () => {
  await vite.close()
  rmSync(folder, { recursive: true })
})

// the watcher is silent about a file for a while after each change that it has reported

it.each([
  ['an edit that comes while the one before is loaded reaches the game', rulesCode(20)],
  ['a file that is read while it is empty is read again', ''],
])('%s', async (_, first) => {
  onRead = (text) => {
    if (text === first) writeFileSync(rules, rulesCode(25))
  }
  writeFileSync(rules, first)
  await expect.poll(() => terminal).toContain('asked to play at 25')
})
