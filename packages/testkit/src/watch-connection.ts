import { type Connection, type DispatchOptions, RefusalError, type RequestOptions } from '@tygase/client'
import { type AnyGame, TygaseError } from '@tygase/gamestate'
import { dispatchArguments } from '@tygase/gamestate/internal'
import type { EventWatch } from './event-watch.js'

/** The methods that are listened in on, without the types of a game. */
interface Methods {
  dispatchEvent(name: string, ...args: unknown[]): void
  request(name: string, ...args: unknown[]): Promise<unknown>
  registerEventHandler(name: string, handler: (data: unknown) => unknown): () => void
}

/** Enters a connection's events, sent and handled, into the books from now on. */
export function watchConnection<G extends AnyGame>(connection: Connection<G>, watch: EventWatch): void {
  const { toServer, toClient } = watch.of(connection.clientId)
  // the connection comes out of `connect`, where no class of ours could be passed in: so its methods are laid over
  const methods = connection as unknown as Methods
  const dispatchEvent = methods.dispatchEvent.bind(connection)
  const request = methods.request.bind(connection)
  const registerEventHandler = methods.registerEventHandler.bind(connection)

  methods.dispatchEvent = (name, ...args) => {
    const { data, options = {} } = dispatchArguments<DispatchOptions>(args, ['retries', 'onAck', 'onFail'])
    const { retries = 0, onAck, onFail } = options
    const event = toServer.send(name, data, retries, true)
    const watched: DispatchOptions = {
      ...options,
      onAck: (result) => {
        watch.settle(toServer, event, undefined)
        onAck?.(result)
      },
      onFail: (error) => {
        watch.settle(toServer, event, error.code)
        onFail?.(error)
      },
    }
    try {
      dispatchEvent(name, data, watched)
    } catch (error) {
      toServer.withdraw(event)
      throw error
    }
  }

  methods.request = async (name, ...args) => {
    const { data, options = {} } = dispatchArguments<RequestOptions>(args, ['timeoutMs', 'retries'])
    const event = toServer.send(name, data, options.retries ?? Number.POSITIVE_INFINITY, true)
    try {
      const result = await request(name, data, options)
      watch.settle(toServer, event, undefined)
      return result
    } catch (error) {
      watch.settle(toServer, event, codeOf(error))
      throw error
    }
  }

  const handlers = new Map<string, Set<unknown>>()
  methods.registerEventHandler = (name, handler) => {
    if (typeof handler !== 'function') return registerEventHandler(name, handler)
    const all = handlers.get(name) ?? new Set()
    handlers.set(name, all)
    const watched = (data: unknown): unknown => {
      // an event counts once, however many handlers it has
      const [first] = all
      if (first === watched) toClient.handle(name, data)
      return handler(data)
    }
    const off = registerEventHandler(name, watched)
    all.add(watched)
    return () => {
      all.delete(watched)
      off()
    }
  }
}

/** A refusal has the code that the handler chose, which may be anything. */
function codeOf(error: unknown): string {
  if (error instanceof RefusalError) return 'event_refused'
  return error instanceof TygaseError ? error.code : 'unknown'
}
