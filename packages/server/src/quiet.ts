/**
 * A time in which none of a server's clients needs anything, unless something happens: a turn within it need not look at each of
 * them. Whatever may give one of them something to do or to say ends it.
 */
export class Quiet {
  #untilMs = Number.NEGATIVE_INFINITY
  #version = -1

  /**
   * All clients are at the version, and none has anything to do or to say.
   * @param untilMs when the timers of one of them are due
   */
  begin(untilMs: number, version: number): void {
    this.#untilMs = untilMs
    this.#version = version
  }

  end(): void {
    this.#untilMs = Number.NEGATIVE_INFINITY
  }

  /** @param version what clients should be at now */
  lasts(nowMs: number, version: number): boolean {
    return nowMs < this.#untilMs && version === this.#version
  }
}
