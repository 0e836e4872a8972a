import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import type { Logger } from '@tygase/gamestate'
import { guarded, settle } from '@tygase/gamestate/internal'
import { answerAndClose, requestAddress } from '@tygase/server/internal'
import { plainProblem, problem } from './errors.js'
import type { Front, Refusal } from './front.js'
import type { RequestLog } from './request-log.js'
import { secretsOf, withoutSecrets } from './secrets.js'

export interface RequestListenerOptions {
  front: Front
  /** A client that reads nothing of its answer for this time is cut. */
  requestTimeoutMs: number
  log: RequestLog
  logger: Logger
}

const withUser = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*@/i
const noUser: Refusal = { code: 'request_invalid', retryAfterS: undefined }

/** One for all, because an error with its stack takes longer to make than an answer. */
const clientGone = new Error('the client has gone')

/** Connects the front to a server of `node:http`. */
export function requestListener(options: RequestListenerOptions): RequestListener {
  const listen = getRequestListener(
    async (request, bindings) => {
      // the server speaks HTTP/1.1 only
      const { incoming, outgoing } = bindings as HttpBindings
      return answer(request, incoming, outgoing, options)
    },
    {
      // HTTP/1.0 does not need a host, and probes of load balancers leave it out
      hostname: 'localhost',
      // the program keeps the `Request` and `Response` of the runtime
      overrideGlobalObjects: false,
      // the front reads bodies, and the rest of a body goes with its connection
      autoCleanupIncoming: false,
      errorHandler: () => problem('request_invalid', { connection: 'close' }),
    },
  )
  const { front, log, logger } = options
  return (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const client = requestAddress(incoming)
    const note = log.begin(method, url, client)
    // RFC 9110, 4.2.4: a URL with a user and a password is an error
    const admitted = withUser.test(url) ? noUser : front.admit(url, client.host)
    if (typeof admitted !== 'function') {
      answerAndClose(incoming, front.refusalText(admitted, method, headers.origin))
      note(plainProblem(admitted.code).status)
      return
    }
    const end = (): void => {
      admitted()
      note(outgoing.headersSent ? outgoing.statusCode : undefined)
    }
    outgoing.once('close', guarded(logger, 'a request failed', end))
    const fail = (error: unknown): void => {
      logger.error({ err: error }, 'a request failed')
      outgoing.destroy()
    }
    settle(
      () => listen(incoming, outgoing),
      () => {},
      fail,
    )
  }
}

async function answer(
  request: Request,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { front, requestTimeoutMs, logger }: RequestListenerOptions,
): Promise<Response> {
  const gone = new AbortController()
  const end = (): void => {
    if (!outgoing.writableFinished) gone.abort(clientGone)
  }
  outgoing.once('close', guarded(logger, 'a request failed', end))
  if (requestTimeoutMs !== Number.POSITIVE_INFINITY) {
    const cut = (): void => {
      // an answer that has not begun has a timeout of its own, and a stream may wait for news
      if (outgoing.writableLength > 0) outgoing.destroy()
    }
    outgoing.setTimeout(requestTimeoutMs, guarded(logger, 'a request failed', cut))
  }
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  const response = await front.answer({
    request,
    body: hasBody ? incoming : undefined,
    client: requestAddress(incoming),
    signal: gone.signal,
  })
  // the rest of the body could be endless, and comes before the next request
  if (!incoming.complete) response.headers.set('connection', 'close')
  return response.body === null
    ? response
    : whole(response, response.body, outgoing, (error) =>
        logger.error({ err: withoutSecrets(error, secretsOf(request.url, request.headers)) }, 'an answer broke off'),
      )
}

/** The response, with a body that cuts the connection if it breaks off; otherwise its end would look complete. */
function whole(
  response: Response,
  body: ReadableStream<Uint8Array>,
  outgoing: ServerResponse,
  onBreak: (error: unknown) => void,
): Response {
  const reader = body.getReader()
  const { status, headers } = response
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value as Uint8Array<ArrayBuffer>)
      } catch (error) {
        if (!outgoing.destroyed) onBreak(error)
        outgoing.destroy()
        controller.close()
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return new Response(stream, { status, headers })
}
