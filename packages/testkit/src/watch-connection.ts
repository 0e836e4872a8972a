import { type Connection, type DispatchOptions, RefusalError, type RequestOptions } from '@tygase/client'
import { type AnyGame, TygaseError } from '@tygase/gamestate'
import { dispatchArguments } from '@tygase/gamestate/internal'
import { type EventLedger, type EventWatch, keyOf } from './event-ledger.js'

/** The watched methods of a connection, without the types of a game. */
interface Methods {
  dispatchEvent(name: string, ...args: unknown[]): void
  request(name: string, ...args: unknown[]): Promise<unknown>
  registerEventHandler(
    name: string,
    handler: (data: unknown, info: { readonly predicted: boolean }) => unknown,
    options?: { onRetract?: (data: unknown) => unknown },
  ): () => void
}

const dispatchOptionNames = ['retries', 'replace', 'onAck', 'onFail']
const requestOptionNames = ['timeoutMs', 'retries', 'signal']

/**
 * Enters a connection's events, sent and handled, into the ledgers from now on. `connect` makes the connection, so this replaces
 * its methods.
 */
export function watchConnection<G extends AnyGame>(connection: Connection<G>, watch: EventWatch): void {
  const { toServer, toClient } = watch.of(connection.clientId)
  const methods = connection as unknown as Methods
  watchSending(methods, toServer, watch)
  watchHandlers(methods, toClient)
}

function watchSending(methods: Methods, ledger: EventLedger, watch: EventWatch): void {
  const { dispatchEvent, request } = methods

  methods.dispatchEvent = (name, ...args) => {
    const { data, options = {} } = dispatchArguments<DispatchOptions>(args, dispatchOptionNames)
    const { retries = 0, onAck, onFail } = options
    const event = ledger.send(name, keyOf(data), retries)
    try {
      dispatchEvent(name, data, {
        ...options,
        onAck: (result: unknown) => {
          watch.settle(ledger, event, undefined)
          return onAck?.(result)
        },
        onFail: (error: TygaseError) => {
          watch.settle(ledger, event, error.code)
          return onFail?.(error as never)
        },
      })
    } catch (error) {
      ledger.withdraw(event)
      throw error
    }
  }

  methods.request = async (name, ...args) => {
    const { data, options = {} } = dispatchArguments<RequestOptions>(args, requestOptionNames)
    const event = ledger.send(name, keyOf(data), options.retries ?? Number.POSITIVE_INFINITY)
    try {
      const result = await request(name, data, options)
      watch.settle(ledger, event, undefined)
      return result
    } catch (error) {
      watch.settle(ledger, event, codeOf(error))
      throw error
    }
  }
}

/** The calls of a name's handlers. All of them are called for each event: the first call for it counts. */
class Calls {
  handlers = 0
  readonly #most = { handled: 0, ahead: 0, retracted: 0 }

  /** The counts of one more handler. @returns a function that is called with each call of it, and says if that is the first */
  add(): (kind: 'handled' | 'ahead' | 'retracted') => boolean {
    const own = { ...this.#most }
    return (kind) => {
      const isFirst = ++own[kind] > this.#most[kind]
      if (isFirst) this.#most[kind] = own[kind]
      return isFirst
    }
  }
}

function watchHandlers(methods: Methods, ledger: EventLedger): void {
  const { registerEventHandler } = methods
  const names = new Map<string, Calls>()

  methods.registerEventHandler = (name, handler, options) => {
    if (typeof handler !== 'function') return registerEventHandler(name, handler, options)
    const calls = names.get(name) ?? new Calls()
    names.set(name, calls)
    const isFirst = calls.add()
    const handle = (data: unknown, info: { readonly predicted: boolean }): unknown => {
      if (info.predicted && isFirst('ahead')) ledger.ahead(name, keyOf(data))
      if (!info.predicted && isFirst('handled')) ledger.handle(name, keyOf(data))
      return handler(data, info)
    }
    const onRetract = (data: unknown): unknown => {
      if (isFirst('retracted')) ledger.retract(name, keyOf(data))
      return options?.onRetract?.(data)
    }
    const off = registerEventHandler(name, handle, { ...options, onRetract })
    if (calls.handlers++ === 0) ledger.release(name)
    let isOn = true
    return () => {
      off()
      if (isOn) calls.handlers--
      isOn = false
    }
  }
}

/** A refusal has the code that the handler chose, which may be any text. */
function codeOf(error: unknown): string {
  if (error instanceof RefusalError) return 'event_refused'
  return error instanceof TygaseError ? error.code : 'unknown'
}
