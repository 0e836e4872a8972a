import { type Connection, type DispatchOptions, RefusalError, type RequestOptions } from '@tygase/client'
import { type AnyGame, TygaseError } from '@tygase/gamestate'
import { dispatchArguments } from '@tygase/gamestate/internal'
import { type EventLedger, type EventWatch, keyOf } from './event-ledger.js'

/** The watched methods of a connection, without the types of a game. */
interface Methods {
  dispatchEvent(name: string, ...args: unknown[]): void
  request(name: string, ...args: unknown[]): Promise<unknown>
  registerEventHandler(name: string, handler: (data: unknown) => unknown): () => void
}

const dispatchOptionNames = ['retries', 'onAck', 'onFail']
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

/** An event may have several handlers: the first call of a handler for it counts. */
function watchHandlers(methods: Methods, ledger: EventLedger): void {
  const { registerEventHandler } = methods
  const names = new Map<string, { handled: number; handlers: number }>()

  methods.registerEventHandler = (name, handler) => {
    if (typeof handler !== 'function') return registerEventHandler(name, handler)
    const counts = names.get(name) ?? { handled: 0, handlers: 0 }
    let calls = counts.handled
    const off = registerEventHandler(name, (data) => {
      calls++
      if (calls > counts.handled) {
        counts.handled = calls
        ledger.handle(name, keyOf(data))
      }
      return handler(data)
    })
    names.set(name, counts)
    if (counts.handlers++ === 0) ledger.release(name)
    let isOn = true
    return () => {
      off()
      if (isOn) counts.handlers--
      isOn = false
    }
  }
}

/** A refusal has the code that the handler chose, which may be any text. */
function codeOf(error: unknown): string {
  if (error instanceof RefusalError) return 'event_refused'
  return error instanceof TygaseError ? error.code : 'unknown'
}
