import { afterEach, describe, expect, test, vi } from 'vitest'

const texts: [string, boolean][] = [
  ['', true],
  ['abc', true],
  ['🦆🦆', true],
  ['\ud83e', false],
  ['a\udd86b', false],
  ['\udd86\ud83e', false],
  ['🦆\ud83e', false],
]

const method = Object.getOwnPropertyDescriptor(String.prototype, 'isWellFormed')

afterEach(() => {
  if (method !== undefined) Object.defineProperty(String.prototype, 'isWellFormed', method)
  vi.resetModules()
})

describe.each([
  ['with the method of new browsers', true],
  ['without it', false],
])('a text is well-formed if UTF-8 can hold it, %s', (_, hasMethod) => {
  test.each(texts)('%j: %s', async (text, expected) => {
    if (!hasMethod) Reflect.deleteProperty(String.prototype, 'isWellFormed')
    vi.resetModules()
    const { isWellFormed } = await import('../../src/bytes/bytes.js')
    expect(isWellFormed(text)).toBe(expected)
  })
})
