import type { Hello } from '@tygase/protocol'

/**
 * Sessions, or what stands for them, by the attempt that began each: a client whose welcome got lost says the same hello again.
 * Found at once, however many there are. Where a client draws an attempt that was drawn before, the later one is found.
 */
export class FirstAttempts<Session extends object> {
  readonly #sessions = new Map<string, Session>()
  readonly #names = new Map<Session, string>()

  /** A session has begun with this hello, its first. */
  add(hello: Hello, session: Session): void {
    const name = nameOf(hello)
    this.#sessions.set(name, session)
    this.#names.set(session, name)
  }

  /** The session that began with this very attempt; undefined when there is none. Whether its client still waits for a welcome is its to say. */
  find(hello: Hello): Session | undefined {
    return this.#sessions.get(nameOf(hello))
  }

  remove(session: Session): void {
    const name = this.#names.get(session)
    if (name === undefined) return
    this.#names.delete(session)
    if (this.#sessions.get(name) === session) this.#sessions.delete(name)
  }
}

function nameOf({ attempt }: Hello): string {
  return String.fromCharCode(...attempt)
}
