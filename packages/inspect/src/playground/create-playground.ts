import type { RequestListener } from 'node:http'
import { createHttp, type HttpApp } from '@tygase/http'
import type { Server } from '@tygase/server'
import type { PlayedServer } from '@tygase/server/internal'
import { createInspector, createMetrics, type Inspector } from '../index.js'
import { eventsOf, loadWriter, schemaText } from '../inspector/event-infos.js'
import { isOfThisMachine } from '../inspector/origin.js'
import { inspectHeader } from '../shared/http-answers.js'
import { type PlaygroundAnswer, type PlaygroundKind, playgroundPage } from '../shared/playground-answer.js'

/** Where the page is, behind the path of `run`. */
const inspectPath = '/inspect'

/** A server that stops and runs again has the inspector that it had. */
const inspectors = new WeakMap<Server, Inspector>()

/**
 * What a browser gets at the port of a server in development: a page in which the game is played by hand, and the inspector beside it.
 * The server calls this itself for a server without a `requestListener`; only requests of this very machine are answered.
 * @returns answers all requests below `<path>/inspect/`, and any other one with the way to the page
 */
export function createPlayground(played: PlayedServer<Server>): RequestListener {
  const { server, path } = played
  const inspector =
    inspectors.get(server) ?? createInspector(server, { metrics: createMetrics(server), path: inspectPath })
  inspectors.set(server, inspector)
  const routes = (app: HttpApp): void => {
    // before the files of the page
    app.get(`${inspectPath}/playground`, async (c) => {
      const head = {
        header: (name: string) => c.req.header(name),
        client: c.env?.clientAddress,
        isEncrypted: new URL(c.req.url).protocol === 'https:',
      }
      // a page of another origin cannot send the header
      if (!isOfThisMachine(head) || c.req.header(inspectHeader) === undefined) return c.notFound()
      return c.json(await answerFor(played), 200, { 'cache-control': 'no-store' })
    })
    inspector.routes(app)
  }
  const http = createHttp({
    routes: (app) => {
      const own = path === '' ? app : app.basePath(path)
      routes(own as HttpApp)
      app.get('*', (c) => c.redirect(`${path}${inspectPath}/${playgroundPage}`, 302))
    },
    healthz: false,
  })
  return http.requestListener
}

async function answerFor({ path, isSingle, kinds }: PlayedServer): Promise<PlaygroundAnswer> {
  await loadWriter()
  const described = kinds().map(({ name, game, hasAuth }): PlaygroundKind => {
    const { joinData, tickRate } = game
    return {
      ...{ name, tickRate, hasAuth },
      joinData: { hasSchema: joinData !== undefined, schema: schemaText(joinData) },
      events: eventsOf(game),
    }
  })
  return { path, isSingle, kinds: described }
}
