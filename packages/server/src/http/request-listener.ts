import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import type { Logger } from '@tygase/gamestate'
import { clientOf } from '../request-client.js'
import type { Front } from './front.js'
import { problem } from './problem.js'
import type { RequestLog } from './request-log.js'

export interface RequestListenerOptions {
  front: Front
  /** A client that takes nothing of an answer for as long is cut. */
  requestTimeoutMs: number
  log: RequestLog
  logger: Logger
}

/** Lets Node's own server ask the front. */
export function requestListener(options: RequestListenerOptions): RequestListener {
  const listen = getRequestListener(
    async (request, bindings) => {
      // a server of ours speaks HTTP/1.1 alone
      const { incoming, outgoing } = bindings as HttpBindings
      return answer(request, incoming, outgoing, options)
    },
    {
      // what HTTP/1.0 has no need of, and probes of load balancers leave out
      hostname: 'localhost',
      // whoever loads this keeps the `Request` and `Response` of the runtime
      overrideGlobalObjects: false,
      // bodies are read by the front, and what is left of one goes with its connection
      autoCleanupIncoming: false,
      errorHandler: () => problem('request_invalid', { connection: 'close' }),
    },
  )
  return (incoming, outgoing) => {
    const { method = '', url = '' } = incoming
    const note = options.log.begin(method, url, clientOf(incoming))
    outgoing.once('close', () => note(outgoing.headersSent ? outgoing.statusCode : undefined))
    void listen(incoming, outgoing)
  }
}

async function answer(
  request: Request,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { front, requestTimeoutMs, logger }: RequestListenerOptions,
): Promise<Response> {
  const gone = new AbortController()
  const over: (() => void)[] = []
  outgoing.once('close', () => {
    gone.abort()
    for (const callback of over) callback()
  })
  if (requestTimeoutMs !== Number.POSITIVE_INFINITY) {
    outgoing.setTimeout(requestTimeoutMs, () => {
      // an answer that has not begun has a time of its own, and one that waits for news may wait
      if (outgoing.writableLength > 0) outgoing.destroy()
    })
  }
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  const response = await front.answer({
    request,
    body: hasBody ? incoming : undefined,
    client: clientOf(incoming),
    signal: gone.signal,
    whenOver: (callback) => void over.push(callback),
  })
  // what is left of a body could be endless, and would stand before the next request
  if (!incoming.complete) response.headers.set('connection', 'close')
  return response.body === null ? response : whole(response, response.body, outgoing, logger)
}

/** The response, where a body that breaks off cuts the connection: its end would look as if it were whole. */
function whole(
  response: Response,
  body: ReadableStream<Uint8Array>,
  outgoing: ServerResponse,
  logger: Logger,
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
        if (!outgoing.destroyed) logger.error({ err: error }, 'an answer broke off')
        outgoing.destroy()
        controller.close()
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return new Response(stream, { status, headers })
}
