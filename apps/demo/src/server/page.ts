import { existsSync, readdirSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sirv from 'sirv'

const builtFolder = fileURLToPath(new URL('../page/', import.meta.url))

/**
 * Serves the built page.
 * @param folder where it is; default: where `npm run build` puts it
 * @throws Error if it has not been built, or if a link is in it: the link could give out files of other folders
 */
export function pageListener(folder: string = builtFolder): RequestListener {
  if (!existsSync(join(folder, 'index.html'))) throw new Error('The page is not built yet: npm run build')
  const link = readdirSync(folder, { recursive: true, withFileTypes: true }).find((entry) => entry.isSymbolicLink())
  if (link !== undefined) throw new Error(`The page may not have links: ${link.name}`)
  const serve = sirv(folder, {
    etag: true,
    // the names of these files change with their content
    setHeaders: (response, path) => {
      const lasting = path.startsWith('/assets/')
      response.setHeader('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  return (request, response) => {
    serve(request, response, () => {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
      response.end('There is nothing here. The game is at /\n')
    })
  }
}
