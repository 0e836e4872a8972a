import type { Immutable, Logger } from '@tygase/gamestate'
import { type ProtocolError, presenceEvent } from '@tygase/protocol/internal'
import { bindMethods } from './channels.js'
import { checkKeys } from './checks.js'
import type { EventSender } from './events.js'
import { frozen, unchangeable } from './rooms.js'
import { type SelectOptions, Subscriptions } from './subscriptions.js'

/**
 * A small value that each client of the room writes about itself, and that all of them see: a cursor, an emote, "is typing".
 * The game declares it as `presence` of `defineGame`. It is no part of the state, is never saved, and ends with its client; a
 * suspended client keeps it.
 *
 * Only the newest value counts. A value that is still unsent when the next one is set is never sent.
 *
 * @typeParam Input the value as a client gives it
 * @typeParam Value the value as the schema of the game returns it
 */
export class Presence<Input = unknown, Value = Input> {
  readonly #sender: EventSender
  readonly #logger: Logger
  readonly #changes: Subscriptions<[ReadonlyMap<string, Immutable<Value>>]>
  #all: ReadonlyMap<string, Immutable<Value>> = unchangeable(new Map())

  /** For connections. */
  constructor(sender: EventSender, logger: Logger) {
    this.#sender = sender
    this.#logger = logger
    this.#changes = new Subscriptions(logger, 'the presence')
    bindMethods(this, Presence)
  }

  /** By client id, frozen. Clients without a presence are not in it; this client is, once the server has sent its value. A change makes a new map. */
  get all(): ReadonlyMap<string, Immutable<Value>> {
    return this.#all
  }

  /**
   * Sets this client's presence, whole. It goes out with the next events. A value that the server refuses is logged, and the
   * one before stays: `presence_invalid` if the schema does not take it, `presence_too_large`.
   * @param value copied; null clears it
   * @throws ClientError `connection_closed`; GameStateError `invalid_value`, `value_limit`, `value_too_large`
   */
  set(value: Input): void {
    this.#send(value)
  }

  /** This client has no presence from now on. @throws ClientError `connection_closed` */
  clear(): void {
    this.#send(null)
  }

  /**
   * Calls `listener` when `all` has changed.
   * @param options `immediate: true` calls it at once, too: clients that have been here longer may already have a presence
   * @returns a function that ends it
   * @throws ClientError `invalid_argument`
   */
  onChange(
    listener: (all: ReadonlyMap<string, Immutable<Value>>) => unknown,
    options: Pick<SelectOptions<never>, 'immediate'> = {},
  ): () => void {
    checkKeys('onChange', options, ['immediate'])
    return this.#changes.add(listener, options.immediate === true && [this.#all])
  }

  /** For connections: takes the data of a `$presence` event. Entries that no server of ours would send are left out. */
  take(news: unknown): void {
    const all = new Map(this.#all)
    for (const entry of Array.isArray(news) ? news : []) {
      if (!Array.isArray(entry) || typeof entry[0] !== 'string') continue
      const [clientId, value] = entry
      if (entry.length > 1) all.set(clientId, frozen(value) as Immutable<Value>)
      else all.delete(clientId)
    }
    this.#all = unchangeable(all)
    this.#changes.notify(all)
  }

  #send(value: unknown): void {
    const onFail = ({ refusal }: ProtocolError): void => {
      if (refusal !== undefined) this.#logger.warn(refusal, 'the server refused this presence')
    }
    this.#sender.send(presenceEvent, value, { retries: Number.POSITIVE_INFINITY, replace: true, onFail }, false)
  }
}
