/** Counts the forms that a decoder has met, by name, so that a test can tell which ones never came. */
export class FormCounts {
  readonly #counts = new Map<string, number>()

  count(form: string): void {
    this.#counts.set(form, this.of(form) + 1)
  }

  of(form: string): number {
    return this.#counts.get(form) ?? 0
  }

  get names(): string[] {
    return [...this.#counts.keys()].sort()
  }
}
