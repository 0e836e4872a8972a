import type { Recipients } from '@tygase/gamestate/internal'
import type { ServerConnection, ServerDispatchOptions } from '@tygase/server'
import type { SentEvent } from './event-ledger.js'
import { type EventWatch, recipientsAmong } from './event-watch.js'

/** `dispatchEvent` of a server or a room, without the types of a game. */
export type Dispatch = (name: string, data: unknown, options: ServerDispatchOptions) => void

/** A `dispatchEvent` that enters each event and its outcomes into the books. @param clientIds whom there is to send to */
export function watchedDispatch(dispatch: Dispatch, clientIds: () => Iterable<string>, watch: EventWatch): Dispatch {
  return (name, data, options) => {
    const { targetClient = 'all', retries = 0, onAck, onFail } = options
    const sent = new Map<string, SentEvent>()
    for (const clientId of recipientsAmong(clientIds(), targetClient)) {
      sent.set(clientId, watch.of(clientId).toClient.send(name, data, retries, true))
    }
    const settle = ({ clientId }: ServerConnection, failure: string | undefined): void =>
      watch.settle(watch.of(clientId).toClient, sent.get(clientId)!, failure)
    const watched: ServerDispatchOptions = {
      ...options,
      onAck: (connection, result) => {
        settle(connection, undefined)
        onAck?.(connection, result)
      },
      onFail: (connection, error) => {
        settle(connection, error.code)
        onFail?.(connection, error)
      },
    }
    try {
      dispatch(name, data, watched)
    } catch (error) {
      for (const [clientId, event] of sent) watch.of(clientId).toClient.withdraw(event)
      throw error
    }
  }
}

/** For `onDispatch` of an event wire: enters what a rule sends, of which nobody learns the outcome. */
export function noteDispatchOfRule(
  clientIds: () => Iterable<string>,
  watch: EventWatch,
): (name: string, data: unknown, to: Recipients) => void {
  return (name, data, to) => {
    for (const clientId of recipientsAmong(clientIds(), to)) watch.of(clientId).toClient.send(name, data, 0, false)
  }
}
