import type { Hello } from './messages/hello-message.js'
import type { WelcomeMessage } from './messages/welcome-message.js'

/** A server's welcome on one transport: the same one each time that the same hello comes. */
export class ServerHandshake {
  readonly #message: WelcomeMessage
  #isDue = true

  constructor(hello: Hello, answer: Omit<WelcomeMessage, 'kind' | 'attempt'>) {
    this.#message = { kind: 'welcome', attempt: hello.attempt.slice(), ...answer }
  }

  get isDue(): boolean {
    return this.#isDue
  }

  /** @returns the welcome when it has to be sent now */
  take(): WelcomeMessage | undefined {
    if (!this.#isDue) return undefined
    this.#isDue = false
    return this.#message
  }

  /** The hello came once more; one of an attempt that was given up is not for this session. */
  repeat(hello: Hello): void {
    this.#isDue ||= this.#message.attempt.every((byte, i) => byte === hello.attempt[i])
  }
}
