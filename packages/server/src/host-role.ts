/**
 * Who is host client: the first session; when it ends, the one connected longest, if the role is handed over. Otherwise
 * the role stays empty until all have left and a first one comes again.
 */
export class HostRole {
  readonly #handOver: boolean
  /** In the order in which sessions began. */
  readonly #clientIds = new Set<string>()
  #host: string | undefined

  constructor(handOver: boolean) {
    this.#handOver = handOver
  }

  get clientId(): string | undefined {
    return this.#host
  }

  join(clientId: string): void {
    if (this.#clientIds.size === 0) this.#host = clientId
    this.#clientIds.add(clientId)
  }

  leave(clientId: string): void {
    this.#clientIds.delete(clientId)
    if (this.#host !== clientId) return
    const [longest] = this.#clientIds
    this.#host = this.#handOver ? longest : undefined
  }
}
