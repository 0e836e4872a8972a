import type { AnyGame, EventWire, Logger } from '@tygase/gamestate'
import { type IncomingEvent, isReserved, type Outcome } from '@tygase/protocol'
import { decodePayload } from '@tygase/protocol/payload'
import { ServerError } from './errors.js'
import { guard } from './guard.js'
import { isThenable } from './is-thenable.js'
import type { OwnedConnection } from './owned-connection.js'
import { handlerFailed, outcomeOf, refusalOf } from './payload-outcome.js'
import type { ServerConnection } from './server-connection.js'

/** An unknown name is the peer's own: kept with its refusal until the peer knows it, so no more of it than says which one. */
const maxNameInMessage = 64

/** Handles one event of a client; what it returns, or what its promise resolves to, goes back to the sender. */
export type IntakeHandler = (data: unknown, connection: ServerConnection) => unknown

type Settle = (outcome: Outcome, byRule?: boolean) => void

/**
 * Takes the events of clients: to the server's handler, if there is one, and then to the event wire, if its game has the
 * event. A handler that refuses or fails keeps the event from the wire. What the sender learns is what the handler
 * returned, or else what the wire's rule did.
 *
 * Handlers begin in the order of the events; one that takes its time does not hold up those behind it.
 */
export class EventIntake {
  readonly #wire: EventWire | undefined
  readonly #wireNames: ReadonlySet<string>
  readonly #game: AnyGame | undefined
  readonly #logger: Logger
  readonly #onSettled: (connection: OwnedConnection, byRule: boolean) => void
  readonly #handlers = new Map<string, IntakeHandler>()
  #unknown = 0

  /** @param onSettled is told of each event that has its outcome, and whether a rule gave it, within a tick */
  constructor(
    wire: EventWire | undefined,
    game: AnyGame | undefined,
    logger: Logger,
    onSettled: (connection: OwnedConnection, byRule: boolean) => void,
  ) {
    this.#wire = wire
    this.#wireNames = new Set(wire?.eventNames)
    this.#game = game
    this.#logger = logger
    this.#onSettled = onSettled
  }

  /** Events that neither a handler nor the game knew. */
  get unknown(): number {
    return this.#unknown
  }

  /** @returns a function that takes the handler away, unless another has replaced it. @throws ServerError `invalid_argument` */
  register(name: string, handler: IntakeHandler): () => void {
    if (typeof handler !== 'function') {
      throw new ServerError('invalid_argument', `the handler of '${name}' is a function, not ${typeof handler}`)
    }
    const own: IntakeHandler = (data, connection) => handler(data, connection)
    this.#handlers.set(name, own)
    return () => {
      if (this.#handlers.get(name) === own) this.#handlers.delete(name)
    }
  }

  take(connection: OwnedConnection, event: IncomingEvent): void {
    const { name, sequence } = event
    const settle: Settle = (outcome, byRule = false) => {
      this.#settle(connection, name, sequence, outcome)
      this.#onSettled(connection, byRule)
    }
    let data: unknown
    try {
      data = decodePayload(event.payload, connection.session.receiveLimits)
    } catch (error) {
      this.#logger.warn({ err: error, clientId: connection.clientId, event: name }, 'a client sent no payload')
      return connection.end('malformed', `the payload of '${name}' cannot be read`)
    }
    const handler = this.#handlers.get(name)
    const isForWire = this.#wireNames.has(name)
    if (handler === undefined && !isForWire) {
      this.#unknown++
      return settle({
        kind: 'refused',
        code: 'event_unknown',
        message: `there is no event '${name.slice(0, maxNameInMessage)}'`,
      })
    }
    if (handler === undefined) return this.#pushToWire(connection, name, data, settle)
    const problem = isReserved(name) ? undefined : this.#problemOf(name, data)
    if (problem !== undefined) return settle({ kind: 'refused', code: 'event_invalid', message: `${name}: ${problem}` })
    this.#run(
      handler,
      connection,
      name,
      data,
      (value) => {
        if (!isForWire) return settle(outcomeOf(value, name, this.#logger, connection.session.sendLimits))
        if (connection.status === 'closed') return
        this.#pushToWire(connection, name, data, settle, value)
      },
      settle,
    )
  }

  #run(
    handler: IntakeHandler,
    connection: OwnedConnection,
    name: string,
    data: unknown,
    done: (value: unknown) => void,
    refuse: (outcome: Outcome) => void,
  ): void {
    const fail = (error: unknown): void => refuse(refusalOf(error, name, this.#logger))
    let value: unknown
    try {
      value = handler(data, connection)
    } catch (error) {
      return fail(error)
    }
    if (!isThenable(value)) return done(value)
    Promise.resolve(value).then((result) => guard(this.#logger, 'an event failed', () => done(result)), fail)
  }

  #pushToWire(connection: OwnedConnection, name: string, data: unknown, settle: Settle, handlerValue?: unknown): void {
    // what is refused at the door has not been to a rule
    let isQueued = false
    this.#wire?.pushEvent({
      name,
      data,
      clientId: connection.clientId,
      settle: (outcome) => {
        if (outcome.kind === 'refused') settle(outcome, isQueued)
        else
          settle(outcomeOf(handlerValue ?? outcome.value, name, this.#logger, connection.session.sendLimits), isQueued)
      },
    })
    isQueued = true
  }

  #settle(connection: OwnedConnection, name: string, sequence: number, outcome: Outcome): void {
    guard(this.#logger, 'an event could not be settled', () => {
      try {
        connection.session.settle(sequence, outcome)
      } catch (error) {
        this.#logger.error({ err: error, event: name }, 'what a handler returned is too large')
        connection.session.settle(sequence, handlerFailed)
      }
    })
  }

  /** Why `data` is not what the game's schema wants; undefined when it is, or when there is no schema. */
  #problemOf(name: string, data: unknown): string | undefined {
    const events = this.#game?.events
    const schema = events !== undefined && Object.hasOwn(events, name) ? events[name].schema : undefined
    if (schema === undefined) return undefined
    try {
      const result = schema['~standard'].validate(data)
      if (isThenable(result)) return 'its schema is asynchronous, which events cannot wait for'
      return result.issues?.map((issue: { message: string }) => issue.message).join('; ')
    } catch (error) {
      this.#logger.error({ err: error, event: name }, 'a schema failed')
      return 'its data could not be checked'
    }
  }
}
