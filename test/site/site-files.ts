import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { root } from '../architecture/repository.js'

/** The site as `npm run build` has made it. */
export const siteFolder = join(root, 'apps/site/dist/page')

/** The path below which the site stands: it is made for the address of the project, which has one. */
export const base = new URL(
  (JSON.parse(readFileSync(join(root, 'apps/site/package.json'), 'utf8')) as { homepage: string }).homepage,
).pathname

/** The files of the site, relative to its folder and with `/` between. The playground is a program of its own. */
export function siteFiles(ending: string): string[] {
  if (!existsSync(siteFolder)) throw new Error('The site is not built: npm run build')
  return readdirSync(siteFolder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => path.endsWith(ending) && !path.startsWith('playground/'))
    .sort()
}

export function readSiteFile(path: string): string {
  return readFileSync(join(siteFolder, path), 'utf8')
}

/**
 * The file behind an address of the site, relative to its folder.
 * @param address absolute, without the host: `/base/guides/rooms.html`
 * @returns undefined if there is no file, or the address is not below the base
 */
export function fileBehind(address: string): string | undefined {
  if (!address.startsWith(base)) return undefined
  const path = decodeURI(address.slice(base.length))
  const file = path === '' || path.endsWith('/') ? `${path}index.html` : path
  return existsSync(join(siteFolder, file))
    ? relative(siteFolder, join(siteFolder, file)).split(sep).join('/')
    : undefined
}

/** The index of the search, as the page loads it. */
export async function searchIndex(): Promise<string> {
  const [file] = siteFiles('.js').filter((path) => /@localSearchIndexroot\.[^/]*\.js$/.test(path))
  if (file === undefined) throw new Error('The site has no index to search.')
  return ((await import(join(siteFolder, file))) as { default: string }).default
}

/** Questions that people ask, and the pages that answer them. */
export const questions: readonly [question: string, answers: readonly string[]][] = [
  ['how do I show a countdown', ['guides/countdown.html']],
  ['who may start the game', ['guides/host.html']],
  ['put it behind nginx', ['guides/production.html']],
  ['how do I make my own game', ['start.html']],
  ['which room am I in', ['guides/invite-links.html', 'guides/rooms.html']],
  ['how do players log in', ['guides/auth.html']],
  ['deploy to a server', ['guides/production.html', 'guides/what-survives.html']],
  ['send a message to one client', ['guides/events.html']],
  ['matchmaking', ['guides/matchmaking.html']],
  ['use all cores', ['guides/many-processes.html']],
  ['settings of NATS', ['guides/operations.html']],
  ['spectators', ['guides/rooms.html']],
  ['kick a player', ['guides/rooms.html']],
  ['limit players', ['guides/rooms.html']],
  ['leave a room', ['guides/rooms.html']],
  ['how do players join a private room', ['guides/invite-links.html']],
  ['keep score after restart', ['guides/storage.html']],
  ['add a database', ['guides/storage.html']],
  ['too many requests', ['errors/too_many_requests/']],
  ['bots', ['guides/bots.html']],
  ['deploy to a vps', ['guides/production.html']],
  ['https certificate', ['guides/production.html']],
  ['mobile lag', ['guides/feel.html']],
  ['reconnect after reload', ['guides/rejoin.html']],
  ['change rules without restart', ['packages/vite.html']],
  ['timer', ['guides/countdown.html']],
  ['test my game', ['guides/testing.html']],
  ['why does connect time out', ['errors/connect_timeout/', 'reference/troubleshooting-connections.html']],
]
