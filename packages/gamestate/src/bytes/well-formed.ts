// with the flag u, a pair of surrogates is one character and does not match
const loneSurrogate = /[\ud800-\udfff]/u

/** Whether a text has no lone surrogates, so that UTF-8 can hold it. Browsers of before 2023 have no method for it. */
export const isWellFormed: (text: string) => boolean =
  typeof String.prototype.isWellFormed === 'function'
    ? (text) => text.isWellFormed()
    : (text) => !loneSurrogate.test(text)
