import type { RequestListener } from 'node:http'
import { createHttp } from '@tygase/http'
import { createInspector, createMetrics } from '@tygase/inspect'
import type { Server } from '@tygase/server'

/** A listener with the inspector of a game, and where a person finds it. */
export interface Inspected {
  readonly requestListener: RequestListener
  /** A line for the greeting; empty without an inspector. */
  hint(url: string): string
}

/**
 * Adds the inspector of a game in development, when it answers the browsers of this machine alone.
 * @param path of `run`
 * @param page answers all other requests
 */
export function withInspector(server: Server, path: string, page: RequestListener): Inspected {
  if (process.env.NODE_ENV === 'production') return { requestListener: page, hint: () => '' }
  const inspector = createInspector(server, { metrics: createMetrics(server), logger: false })
  const own = createHttp({ path, routes: inspector.routes, healthz: false }).requestListener
  const place = `${path}/inspect`
  return {
    requestListener: (request, response) => {
      const isOwn = request.url === place || request.url?.startsWith(`${place}/`) === true
      return isOwn ? own(request, response) : page(request, response)
    },
    hint: (url) => `\n  · look inside:  ${url}${place}/`,
  }
}
