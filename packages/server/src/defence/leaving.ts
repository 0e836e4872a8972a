/**
 * WebSockets whose closing this side has begun and the other has not answered. `ws` waits a while for that; whoever lets
 * itself be closed again and again without answering would pile them up, so only the last ones may take their time.
 */
export class Leaving {
  readonly #max: number
  readonly #sockets = new Set<{ terminate(): void }>()

  constructor(max: number) {
    this.#max = max
  }

  add(socket: { terminate(): void }): void {
    this.#sockets.add(socket)
    const [first] = this.#sockets
    if (this.#sockets.size <= this.#max || first === undefined) return
    this.#sockets.delete(first)
    first.terminate()
  }

  /** It has closed. */
  delete(socket: { terminate(): void }): void {
    this.#sockets.delete(socket)
  }
}
