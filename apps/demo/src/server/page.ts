import { existsSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { fileURLToPath } from 'node:url'
import sirv from 'sirv'

const folder = fileURLToPath(new URL('../page/', import.meta.url))

/** Serves the built page. @throws Error if it has not been built */
export function pageListener(): RequestListener {
  if (!existsSync(`${folder}index.html`)) throw new Error('The page is not built yet: npm run build')
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
