/** After one of these words a `/` begins a regular expression; after any other word it divides. */
const wordsBeforeRegExp = /\b(?:return|typeof|case|in|of|do|else|void|delete|throw|await|yield)$/

/**
 * The same text with everything in comments, strings and regular expressions replaced by spaces, so that what is left is
 * code. Quotes, slashes at both ends of a regular expression and line ends stay, so every offset and line is as it was.
 */
export function maskedSource(text: string): string {
  return new Masker(text).run()
}

class Masker {
  readonly #text: string
  readonly #out: string[]
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#out = [...Array(text.length).keys()].map((index) => text[index] ?? '')
  }

  run(): string {
    this.#code(false)
    return this.#out.join('')
  }

  /** Goes through code, to the end of the text or, inside `${…}`, to the brace that closes it. */
  #code(inTemplate: boolean): void {
    let depth = 0
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at]
      const pair = this.#text.slice(this.#at, this.#at + 2)
      if (pair === '//') this.#maskUntil('\n', 0)
      else if (pair === '/*') this.#maskUntil('*/', 2)
      else if (char === "'" || char === '"') this.#quoted(char)
      else if (char === '`') this.#template()
      else if (char === '/' && this.#regExpMayBegin()) this.#regExp()
      else {
        if (char === '{') depth++
        if (char === '}' && depth-- === 0 && inTemplate) return
        this.#at++
      }
    }
  }

  /** Masks up to a mark and the mark's own length beyond it. */
  #maskUntil(mark: string, extra: number): void {
    const found = this.#text.indexOf(mark, this.#at + extra)
    this.#mask(found === -1 ? this.#text.length : found + extra)
  }

  #quoted(quote: string): void {
    this.#at++
    let end = this.#at
    while (end < this.#text.length && this.#text[end] !== quote && this.#text[end] !== '\n') {
      end += this.#text[end] === '\\' ? 2 : 1
    }
    this.#mask(end)
    this.#at++
  }

  #template(): void {
    this.#at++
    while (this.#at < this.#text.length && this.#text[this.#at] !== '`') {
      if (this.#text.startsWith('${', this.#at)) {
        this.#at += 2
        this.#code(true)
        this.#at++
      } else this.#mask(this.#at + (this.#text[this.#at] === '\\' ? 2 : 1))
    }
    this.#at++
  }

  #regExp(): void {
    this.#at++
    let end = this.#at
    let inClass = false
    while (end < this.#text.length && this.#text[end] !== '\n' && (inClass || this.#text[end] !== '/')) {
      if (this.#text[end] === '[') inClass = true
      if (this.#text[end] === ']') inClass = false
      end += this.#text[end] === '\\' ? 2 : 1
    }
    this.#mask(end)
    this.#at++
  }

  #regExpMayBegin(): boolean {
    const before = this.#out
      .slice(Math.max(0, this.#at - 200), this.#at)
      .join('')
      .trimEnd()
    return before === '' || /[([{},;=:!&|?+\-*%~^<>]$/.test(before) || wordsBeforeRegExp.test(before)
  }

  #mask(end: number): void {
    const stop = Math.min(end, this.#text.length)
    for (; this.#at < stop; this.#at++) if (this.#text[this.#at] !== '\n') this.#out[this.#at] = ' '
  }
}
