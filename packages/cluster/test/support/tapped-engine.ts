import type { Engine } from '../../src/engine.js'

/** Changes bytes on their way. */
type Change = (bytes: Uint8Array) => Uint8Array

const same: Change = (bytes) => bytes

/** An engine with somebody on its wire, who keeps what goes by and may change it. */
export class TappedEngine implements Engine {
  /** Requests and answers that went by, oldest first. */
  readonly requests: Uint8Array[] = []
  readonly answers: Uint8Array[] = []
  onRequest = same
  onAnswer = same
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  get isConnected(): boolean {
    return this.#engine.isConnected
  }

  get records(): Engine['records'] {
    return this.#engine.records
  }

  async request(subject: string, bytes: Uint8Array, options: { readonly timeoutMs: number }): Promise<Uint8Array> {
    this.requests.push(bytes)
    const answer = await this.#engine.request(subject, this.onRequest(bytes), options)
    this.answers.push(answer)
    return this.onAnswer(answer)
  }

  readonly onConnection: Engine['onConnection'] = (listener) => this.#engine.onConnection(listener)
  readonly publish: Engine['publish'] = (subject, bytes) => this.#engine.publish(subject, bytes)
  readonly subscribe: Engine['subscribe'] = (subject, listener) => this.#engine.subscribe(subject, listener)
  readonly respond: Engine['respond'] = (subject, responder) => this.#engine.respond(subject, responder)
  readonly close: Engine['close'] = () => this.#engine.close()
}
