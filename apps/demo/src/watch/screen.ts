const enter = '\u001b[?1049h\u001b[?25l'
const leave = '\u001b[?25h\u001b[?1049l'
const home = '\u001b[H'
const clearLine = '\u001b[K'
const clearBelow = '\u001b[J'

/** The terminal as a picture that is redrawn in place. After `close` it shows its former content again. */
export class Screen {
  readonly #output: NodeJS.WriteStream

  constructor(output: NodeJS.WriteStream) {
    this.#output = output
    output.write(enter)
  }

  /** Draws the lines that fit. A terminal of unknown size counts as 24 rows. */
  draw(lines: readonly string[]): void {
    const fitting = lines.slice(0, Math.max(1, (this.#output.rows || 24) - 1))
    this.#output.write(home + fitting.map((line) => `${line}${clearLine}\n`).join('') + clearBelow)
  }

  close(): void {
    this.#output.write(leave)
  }
}
