import type { Hello } from '@tygase/protocol'
import { FirstAttempts } from '../first-attempts.js'

/** A room to which somebody may be on the way. */
interface Destination {
  /** How many are. */
  readonly coming: number
}

/** All who are in the rooms of a server or about to come in, and in which room each session is: known without a look into any room. */
export class Population {
  /** By client id. */
  readonly #roomKeys = new Map<string, string>()
  readonly #attempts = new FirstAttempts<{ readonly clientId: string }>()
  /** Those to which somebody was on the way when it was looked last. */
  readonly #destinations = new Set<Destination>()

  /** Those who are in rooms, suspended ones too, or about to come in. */
  get size(): number {
    let coming = 0
    for (const destination of this.#destinations) {
      coming += destination.coming
      if (destination.coming === 0) this.#destinations.delete(destination)
    }
    return this.#roomKeys.size + coming
  }

  /** Somebody is on the way to a room from now on. */
  expect(destination: Destination): void {
    this.#destinations.add(destination)
  }

  /** A session has begun in a room. @param hello its first, where it is known */
  enter(client: { readonly clientId: string }, hello: Hello | undefined, roomKey: string): void {
    this.#roomKeys.set(client.clientId, roomKey)
    if (hello !== undefined) this.#attempts.add(hello, client)
  }

  /** The session has ended for good. @param client the object with which it has entered */
  leave(client: { readonly clientId: string }): void {
    this.#roomKeys.delete(client.clientId)
    this.#attempts.remove(client)
  }

  /** The key of the room that a hello may belong to, by the client or the attempt that it names; undefined when there is none. */
  roomKeyOf(hello: Hello): string | undefined {
    const clientId = hello.resume?.clientId ?? this.#attempts.find(hello)?.clientId
    return clientId === undefined ? undefined : this.#roomKeys.get(clientId)
  }
}
