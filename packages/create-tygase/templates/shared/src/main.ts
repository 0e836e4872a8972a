// The program that serves page and game: `npm run build`, then `npm start`.
import { fileURLToPath } from 'node:url'
import { createHttp, serveFiles } from '@tygase/http'
import { gracefully } from '@tygase/server/process'
import { server } from './server.js'

const page = fileURLToPath(new URL('../page', import.meta.url))
const http = createHttp({
  routes: (app) => app.get('*', serveFiles({ root: page })),
  rooms: server,
  healthz: () => ({ rooms: server.rooms.size }),
})
const { PORT = '8080', HOST = 'localhost' } = process.env

await server.run({ port: Number(PORT), hostname: HOST, requestListener: http.requestListener })
gracefully(server)
console.log(`The page is at http://${HOST}:${server.port}/`)
