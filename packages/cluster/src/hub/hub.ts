import type { Clock } from '@tygase/gamestate'
import { isUnder, type RecordChange } from '../engine.js'
import type { CallFailure, CallResult, Interests, ToEngine, ToHub } from './messages.js'
import { RecordTable } from './record-table.js'

const nothing: Interests = { subjects: [], responders: [], watches: [], wills: [] }

/** One engine, as the hub sees it. */
interface Link {
  interests: Interests
  /** Watches whose records have been sent. */
  readonly watched: Map<number, string>
  readonly send: (message: ToEngine) => void
}

/** What a transport does with the hub's end of a link. */
export interface HubLink {
  receive(message: ToHub): void
  /** True if the engine responds to a subject. */
  answers(subject: string): boolean
  /** What was sent to the engine may not have arrived: sends all records again that it watches. */
  repeat(): void
  /** The engine cannot be reached any more, but its process may still run: its wills wait. */
  mute(): void
  /** The engine is gone. @param isDead true: its process has certainly ended, and its wills are written */
  end(isDead: boolean): void
}

/**
 * Keeps the records and passes messages on between engines of one machine, or of one test.
 *
 * Invariant: of each request one engine gets one result at most.
 */
export class Hub {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #links = new Set<Link>()
  readonly #records = new RecordTable((change) => this.#spread(change))
  readonly #asked = new Map<number, { readonly responder: Link; done(result: CallResult): void }>()
  #lastAsk = 0

  /** @param random chooses among responders */
  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  /** @param send to the engine; may not throw */
  connect(send: (message: ToEngine) => void): HubLink {
    const link: Link = { interests: nothing, watched: new Map(), send }
    this.#links.add(link)
    return {
      receive: (message) => {
        if (this.#links.has(link)) this.#receive(link, message)
      },
      answers: (subject) => this.#links.has(link) && link.interests.responders.includes(subject),
      repeat: () => {
        link.watched.clear()
        if (this.#links.has(link)) this.#setInterests(link, link.interests)
      },
      mute: () => this.#setInterests(link, { ...nothing, wills: link.interests.wills }),
      end: (isDead) => this.#end(link, isDead),
    }
  }

  #receive(link: Link, message: ToHub): void {
    switch (message.type) {
      case 'interests':
        return this.#setInterests(link, message)
      case 'publish':
        for (const { interests, send } of this.#links) {
          if (interests.subjects.includes(message.subject)) {
            send({ type: 'message', subject: message.subject, bytes: message.bytes })
          }
        }
        return
      case 'request':
        return this.#ask(link, message)
      case 'answer': {
        const { bytes } = message
        const asked = this.#asked.get(message.id)
        // an answer of an engine that was not asked counts for nothing
        if (asked?.responder === link) asked.done(bytes === undefined ? failed('responder_failed') : { bytes })
        return
      }
      case 'write': {
        const revision = this.#records.write(message)
        const result = revision === undefined ? failed('record_conflict') : { revision }
        return link.send({ type: 'result', id: message.id, ...result })
      }
      case 'get':
        return link.send({ type: 'result', id: message.id, record: this.#records.get(message.key) })
    }
  }

  /** A watch that is new gets all records: the engine has not heard of any change before. */
  #setInterests(link: Link, interests: Interests): void {
    link.interests = interests
    const wanted = new Map(interests.watches.map(({ id, prefix }) => [id, prefix]))
    for (const id of [...link.watched.keys()]) if (!wanted.has(id)) link.watched.delete(id)
    for (const [id, prefix] of wanted) {
      if (link.watched.has(id)) continue
      link.watched.set(id, prefix)
      link.send({ type: 'records', id, ...this.#records.under(prefix) })
    }
  }

  #ask(link: Link, { id, subject, bytes, timeoutMs }: ToHub & { type: 'request' }): void {
    const responders = [...this.#links].filter(({ interests }) => interests.responders.includes(subject))
    const responder = responders[Math.floor(this.#random() * responders.length)]
    if (responder === undefined) return link.send({ type: 'result', id, ...failed('engine_no_responder') })
    const ask = ++this.#lastAsk
    const forget = (): void => {
      cancel()
      this.#asked.delete(ask)
    }
    // the asking engine gives up by itself then
    const cancel = this.#clock.schedule(timeoutMs, forget)
    this.#asked.set(ask, {
      responder,
      done: (result) => {
        forget()
        link.send({ type: 'result', id, ...result })
      },
    })
    responder.send({ type: 'ask', id: ask, subject, bytes })
  }

  #spread(change: RecordChange): void {
    for (const { watched, send } of this.#links) {
      for (const [id, prefix] of watched) if (isUnder(prefix, change.key)) send({ type: 'change', id, change })
    }
  }

  #end(link: Link, isDead: boolean): void {
    if (!this.#links.delete(link) || !isDead) return
    for (const { key, value } of link.interests.wills) this.#records.put(key, value)
  }
}

function failed(failure: CallFailure): CallResult {
  return { failure }
}
