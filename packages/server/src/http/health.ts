import type { Logger } from '@tygase/gamestate'
import type { Handler } from 'hono'

/** Says that the server is well, with details for whoever asks; that it is not, by throwing. */
export type HealthCheck = () => object | Promise<object>

/** Answers 200 with `status: 'ok'` and the details, or 503 with `status: 'failing'` and none. */
export function health(check: HealthCheck, logger: Logger): Handler {
  const headers = { 'cache-control': 'no-store' }
  return async () => {
    try {
      return Response.json({ ...(await check()), status: 'ok' }, { headers })
    } catch (error) {
      logger.warn({ err: error }, 'the health check failed')
      return Response.json({ status: 'failing' }, { status: 503, headers })
    }
  }
}
