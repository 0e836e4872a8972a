import { fileURLToPath } from 'node:url'
import { createServer, defaultClientConditions, type ViteDevServer } from 'vite'
import { type Program, startDemo } from './program.js'

/** An app as its author runs it: Vite serves the page from the sources, and the server of the game runs beside it. */
export class DevPage {
  readonly url: string
  readonly #server: Program
  readonly #vite: ViteDevServer

  private constructor(url: string, server: Program, vite: ViteDevServer) {
    this.url = url
    this.#server = server
    this.#vite = vite
  }

  /** @param app a folder of `apps` @param bots that play */
  static async start(app: 'demo' | 'arena', bots: number): Promise<DevPage> {
    const { program, url } = await startDemo({ BOTS: String(bots) }, app)
    const vite = await createServer({
      root: fileURLToPath(new URL(`../../apps/${app}`, import.meta.url)),
      configFile: false,
      mode: 'development',
      logLevel: 'silent',
      cacheDir: fileURLToPath(new URL(`../../.cache/vite-pages/${app}`, import.meta.url)),
      resolve: { conditions: ['@tygase/source', ...defaultClientConditions] },
      server: {
        port: 0,
        host: '127.0.0.1',
        hmr: false,
        watch: null,
        proxy: { '/play': { target: url.replace('http', 'ws'), ws: true } },
      },
    })
    await vite.listen()
    const { port } = vite.httpServer!.address() as { port: number }
    return new DevPage(`http://127.0.0.1:${port}`, program, vite)
  }

  async end(): Promise<void> {
    await this.#vite.close()
    await this.#server.end()
  }
}
