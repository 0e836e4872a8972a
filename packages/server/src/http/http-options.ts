import type { Clock, Logger } from '@tygase/gamestate'
import type { AccessLogTarget } from '../access-log/access-log.js'
import type { CorsOptions } from './cors.js'
import type { HealthCheck } from './health.js'
import type { HttpApp } from './http-app.js'
import type { HttpLimits } from './http-limits.js'
import type { RoomSource } from './room-list-answer.js'
import type { StaticFilesOptions } from './static-files.js'

export interface HttpOptions {
  /** Puts routes of your own on the app. They come before all others; of two that fit, the first one answers. */
  routes?: (app: HttpApp) => void
  /** Answers `/healthz`; false for no such route. Default: always well. */
  healthz?: false | HealthCheck
  /** Answers `/rooms` with the public rooms. Default: no such route. */
  rooms?: RoomSource
  /** Gives out the files of a folder, where no other route fits. Default: none. */
  staticFiles?: StaticFilesOptions
  /** Which web pages of other origins may read the answers. Default: none. */
  cors?: CorsOptions
  limits?: Partial<HttpLimits>
  /** Gets an entry for each request that is over; must not be the `logger`. Default: off. */
  accessLog?: AccessLogTarget
  /** Default: real time. */
  clock?: Clock
  /** Default: silent. Gets nothing that a client has sent. */
  logger?: Logger
}
