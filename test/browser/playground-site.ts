import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { examples, load, playByHand, replayed, writeLink } from '@tygase/playground/testing'

const builtPage = fileURLToPath(new URL('../../apps/playground/dist/page/', import.meta.url))

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

/** The built playground below a path, as it lies on a static site. Requests for anything else are noted. */
export class PlaygroundSite {
  readonly url: string
  /** Paths and upgrades that no file of the page answers. */
  readonly strangeRequests: string[] = []
  readonly #server: Server

  static async start(): Promise<PlaygroundSite> {
    if (!existsSync(join(builtPage, 'index.html'))) throw new Error('apps/playground is not built: npm run build')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new PlaygroundSite(server)
  }

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/where/playground/`
    server.on('upgrade', (request, socket) => {
      this.strangeRequests.push(`upgrade ${request.url}`)
      socket.destroy()
    })
    server.on('request', (request, response) => {
      const path = new URL(request.url ?? '/', this.url).pathname
      const inside = path.startsWith('/some/where/playground/')
        ? path.slice('/some/where/playground/'.length)
        : undefined
      const file = inside === undefined ? undefined : join(builtPage, inside || 'index.html')
      if (file === undefined || !file.startsWith(builtPage) || !existsSync(file) || !statSync(file).isFile()) {
        this.strangeRequests.push(path)
        return void response.writeHead(404).end()
      }
      response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' })
      response.end(readFileSync(file))
    })
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

/** A run that Node has played, as a link of the playground, and as Node plays it again. */
export interface PlayedLink {
  readonly name: string
  readonly fragment: string
  readonly fingerprint: string
}

/** Runs of examples, one for each seed, with hands, bots and bad networks. */
export async function playedLinks(
  library: string,
  names: readonly string[],
  seeds: readonly number[],
): Promise<PlayedLink[]> {
  const links: PlayedLink[] = []
  for (const name of names) {
    const loaded = load(name)
    for (const seed of seeds) {
      const { record, fingerprint } = await playByHand(loaded, seed * 7919, 3 + seed, seed === 1 ? 2 : 4)
      const again = await replayed(loaded, record)
      if (again !== fingerprint) throw new Error(`${name} with seed ${seed} is another run when Node plays it again`)
      const shared = { example: name, sources: examples[name]!.sources, isEdited: false, record, fingerprint, library }
      links.push({
        name: `${name}, seed ${seed}`,
        fragment: await writeLink(shared, { name, ...examples[name]!.sources }),
        fingerprint,
      })
    }
  }
  return links
}
