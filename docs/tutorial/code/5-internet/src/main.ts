import { fileURLToPath } from 'node:url'
import { createHttp, serveFiles } from '@tygase/http'
import { gracefully } from '@tygase/server/process'
import { server } from './server.js'

const { HOST = 'localhost', PORT = '8080', PROXIES = '0' } = process.env
const page = fileURLToPath(new URL('../page', import.meta.url))

const http = createHttp({
  routes: (app) => app.get('*', serveFiles({ root: page })),
  rooms: server,
  healthz: () => ({ rooms: server.rooms.size }),
})
gracefully(server)
await server.run({
  hostname: HOST,
  port: Number(PORT),
  trustProxy: Number(PROXIES),
  requestListener: http.requestListener,
})
