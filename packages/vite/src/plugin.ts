import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ServerError } from '@tygase/server'
import {
  createServerModuleRunner,
  type DevEnvironment,
  type HttpServer,
  normalizePath,
  type Plugin,
  type ViteDevServer,
} from 'vite'
import { forwardRequests, forwardUpgrades } from './forward.js'
import { GameServer } from './game-server.js'
import { problemText, shownProblem } from './problem.js'
import { SecondLook } from './second-look.js'

/** Options of the plugin. */
export interface TygaseOptions {
  /** The module that exports the server of the game, which it does not run; relative to the root. Default `src/server.ts`. */
  server?: string
  /** The option `path` of `run`, as the game has it where people play. Sockets at other paths are then left alone. Default: none. */
  path?: string
  /** Paths of HTTP requests that the game's server answers. Default `['/rooms']`. */
  forward?: readonly string[]
}

const optionNames = ['server', 'path', 'forward']
/** The modules of the server are loaded apart from those of a page. */
const environmentName = 'tygase'
// plain JavaScript where it is installed
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const pageId = `\0tygase-page.${extension}`
const pageFile = fileURLToPath(new URL(`./page.${extension}`, import.meta.url))

/**
 * Runs the server of a game beside the page, at the port of the page, while the game is made. Rules that are edited go on in the
 * rooms that run, with the state and the clients that are there. A build is not changed.
 * @throws ServerError `invalid_argument` for unknown options
 */
export function tygase(options: TygaseOptions = {}): Plugin {
  for (const name of Object.keys(options)) {
    if (optionNames.includes(name)) continue
    throw new ServerError('invalid_argument', `tygase has no option '${name}'; it has ${optionNames.join(', ')}`)
  }
  let game: GameServer | undefined
  let secondLook: SecondLook | undefined
  return {
    name: 'tygase',
    apply: 'serve',
    config: () => ({
      environments: {
        // what is installed is loaded by Node: the server has one copy of the library
        [environmentName]: { consumer: 'server', resolve: { external: librariesOfGames } },
      },
    }),
    configureServer(vite) {
      // a test runner serves no page; a server around Vite has the port itself
      if (vite.httpServer === null) return
      const look = new SecondLook(vite.watcher)
      secondLook = look
      vite.httpServer.once('close', () => look.stop())
      game = serve(vite, vite.httpServer, options)
    },
    resolveId: (id) => (id === pageId ? id : undefined),
    load: (id) => (id === pageId ? readFile(pageFile, 'utf8') : undefined),
    transform: {
      // before others change the text
      order: 'pre',
      handler(text, id) {
        const file = id.split('?')[0]!
        // what only the page has is Vite's own matter
        if (this.environment.name === environmentName) secondLook?.add(file)
        secondLook?.used(file, text)
      },
    },
    transformIndexHtml: () => [
      { tag: 'script', attrs: { type: 'module', src: `/@id/${pageId.replace('\0', '__x00__')}` }, injectTo: 'head' },
    ],
    async hotUpdate({ file }) {
      if (this.environment.name !== environmentName) return undefined
      await game?.change(normalizePath(file))
      // nothing else is to be done for these modules
      return []
    },
  }
}

/** Linked ones, too, such as those of a workspace. */
const librariesOfGames = ['gamestate', 'protocol', 'server', 'client', 'auth', 'storage', 'http', 'tasks'].map(
  (name) => `@tygase/${name}`,
)

function serve(vite: ViteDevServer, httpServer: HttpServer, options: TygaseOptions): GameServer {
  const { config } = vite
  const { server = 'src/server.ts', path, forward = ['/rooms'] } = options
  const pages = vite.environments.client!
  // reason: the environment is the one of this plugin's own config
  const runner = createServerModuleRunner(vite.environments[environmentName] as DevEnvironment, { hmr: false })
  const shown = () => game.problem && shownProblem(game.problem, config.root)
  const game = new GameServer({
    runner,
    entry: normalizePath(resolve(config.root, server)),
    path,
    url: () => urlOf(vite),
    onProblem: () => {
      const problem = shown()
      if (problem !== undefined) config.logger.error(problemText(problem), { timestamp: true })
      pages.hot.send('tygase:problem', problem ?? null)
    },
    onRestart: () => pages.hot.send({ type: 'full-reload' }),
  })
  // a page that has been loaded after a problem came up asks for it
  pages.hot.on('tygase:hello', () => pages.hot.send('tygase:problem', shown() ?? null))
  pages.hot.on('tygase:reset', () => void game.reset())
  const port = () => game.port()
  httpServer.on(
    'upgrade',
    forwardUpgrades(port, (asked) => path === undefined || asked.startsWith(path)),
  )
  vite.middlewares.use(forwardRequests(port, forward))
  httpServer.once('listening', () => void game.start())
  httpServer.once('close', () => void game.stop().finally(() => runner.close()))
  return game
}

function urlOf({ httpServer, config }: ViteDevServer): string {
  const address = httpServer?.address()
  const port = typeof address === 'object' && address !== null ? address.port : config.server.port
  return `${config.server.https ? 'https' : 'http'}://localhost:${port}`
}
