import type { AnyGame } from '@tygase/gamestate'
import { faultOfOptions, systemClock, toLogger, wakefulClock } from '@tygase/gamestate/internal'
import { Server } from '@tygase/server'
import { isDevelopment } from '@tygase/server/internal'
import { InspectError } from '../errors.js'
import { Access } from './access.js'
import { type Inspector, type InspectorOptions, inspectorOptionRows, usualSessionMs } from './inspector-options.js'
import { Live } from './live.js'
import { Recordings } from './recordings.js'
import { addRoutes } from './routes.js'

/**
 * Makes an inspector of a server: a page with a dashboard, and with all rooms as they live. Without a page that looks, nothing runs.
 *
 * Its page is at the port of the server: `server.run({ requestListener: createHttp({ routes: inspector.routes }).requestListener })`.
 * If `run` has a `path`, `createHttp` has the same one.
 * @throws InspectError `auth_missing` in production without `auth`; `invalid_argument`
 */
export function createInspector<G extends AnyGame>(server: Server<G>, options: InspectorOptions = {}): Inspector {
  if (!(server instanceof Server)) throw new InspectError('invalid_argument', 'createInspector takes a server first')
  const settled = settleInspectorOptions(options)
  const { auth, metrics, path, origins, sessionMs } = settled
  const logger = toLogger(settled.logger, settled.clock)
  const clock = wakefulClock(settled.clock ?? systemClock, logger)
  const access = new Access({
    ...{ auth, origins, sessionMs, clock, logger },
    note: (head, entry) => live.note(head, entry),
    onEnd: (session) => live.endSession(session),
  })
  const recordings = new Recordings(clock, logger)
  const live = new Live({ path: `${path}/live`, access, server, metrics, recordings, clock, logger })
  const remove = server.mounts.add(live)
  if (access.isOpen) logger.info({ path }, 'the inspector needs no login on this machine, as this is development')
  const kinds = (): string[] => [...new Set([...server.rooms.values()].map(({ kind }) => kind))].sort()
  return {
    routes: (app) => addRoutes(app, { path, access, recordings, kinds, hasDashboard: metrics !== undefined }),
    async close() {
      recordings.close()
      await remove()
    },
  }
}

/** The options with their defaults. */
type SettledInspectorOptions = InspectorOptions &
  Required<Pick<InspectorOptions, 'path' | 'sessionMs'>> & { readonly origins: readonly string[] }

/** @throws InspectError `invalid_argument` naming the option; `auth_missing` in production */
function settleInspectorOptions(options: InspectorOptions = {}): SettledInspectorOptions {
  const fault = faultOfOptions('createInspector', inspectorOptionRows, options)
  if (fault !== undefined) throw new InspectError('invalid_argument', fault)
  const { path = '/inspect', sessionMs = usualSessionMs, origins = [] } = options
  if (typeof path !== 'string' || !/^(?:\/[\w-]+)+$/.test(path)) {
    throw new InspectError('invalid_argument', `path is letters, digits, "-" and "_" after a "/", not ${String(path)}`)
  }
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw new InspectError('invalid_argument', `not an origin like https://game.example: '${String(origin)}'`)
  }
  const { auth, metrics } = options
  if (metrics !== undefined && typeof metrics.read !== 'function')
    throw new InspectError('invalid_argument', 'metrics are made by createMetrics')
  if (auth === undefined && !isDevelopment()) {
    throw new InspectError('auth_missing', 'the inspector shows all secrets of all rooms: it needs auth in production')
  }
  if (auth !== undefined && typeof auth !== 'function' && (typeof auth !== 'object' || auth === null))
    throw new InspectError('invalid_argument', 'auth is an object with a token for each right, or a function')
  return { ...options, path, sessionMs, origins }
}
