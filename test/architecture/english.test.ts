import { describe, expect, it } from 'vitest'
import { filesBelow, readText, sourceFiles } from './repository.js'
import { sourceLines } from './source-lines.js'

/** Words that are never the plainest: *send* instead of "tell", a client, peer or caller instead of "somebody". */
const banned: [word: string, pattern: RegExp][] = [
  ['tell', /\b(?:told|untold|tells?(?! apart\b)|telling)\b/i],
  ['foretell', /\b(?:foretells?|foretold)\b/i],
  ['somebody', /\b(?:somebody|whoever|nobody)\b/i],
  ['whose … it is', /\bwhose\b(?: [\w`.-]+){1,4} (?:it|this|that) is\b/i],
  ['goodbye word', /\bgood-?bye words?\b/i],
]
const samples: [word: string, found: string[], passed: string[]][] = [
  [
    'tell',
    ['The client is told so.', 'It tells the peer.'],
    ['Two users that no name tells apart.', 'a teller', 'retold'],
  ],
  ['foretell', ['as foretold'], ['a forecast']],
  ['somebody', ['Somebody has left.', 'Nobody is there.'], ['some body', 'no client']],
  ['whose … it is', ['It asks whose turn it is.'], ['a client whose last packet is old']],
  ['goodbye word', ['the goodbye word'], ['says goodbye']],
]

/** A sentence with more words is reported. */
const manyWords = 30

const sources = sourceFiles().filter((file) => file.startsWith('packages/'))
const pages = filesBelow('.', ['.md'])

/** The comments and texts of a source file, by line. */
function proseOf(file: string): { place: string; text: string }[] {
  return sourceLines(readText(file)).map(({ number, text, code }) => {
    const prose = [...text].map((char, index) => (code[index] === char && char !== ' ' ? ' ' : char)).join('')
    return { place: `${file}:${number}`, text: prose }
  })
}

/** The lines of a page outside of its code blocks, without inline code. */
function linesOf(page: string): { place: string; text: string }[] {
  let isCode = false
  return readText(page)
    .split('\n')
    .map((line, index) => {
      const isFence = /^\s*```/.test(line)
      if (isFence) isCode = !isCode
      // inline code and quoted words are not prose of the page
      const prose = line.replaceAll(/`[^`]*`/g, '`code`').replaceAll(/"\w+"/g, '""')
      return { place: `${page}:${index + 1}`, text: isCode || isFence ? '' : prose }
    })
}

function bannedIn(lines: { place: string; text: string }[]): string[] {
  return lines.flatMap(({ place, text }) =>
    banned.filter(([, pattern]) => pattern.test(text)).map(([word]) => `${place} (${word}) ${text.trim()}`),
  )
}

/** The sentences of a page, without tables and code. */
function sentencesOf(page: string): string[] {
  const prose = linesOf(page)
    .map(({ text }) => (/^\s*\|/.test(text) ? '' : text))
    .join('\n')
  return prose
    .split(/\n\s*\n|\n\s*(?:[-*]|\d+\.) |[.;:!?](?=\s)/)
    .map((sentence) => sentence.replaceAll(/\s+/g, ' ').trim())
}

describe('a banned word', () => {
  it.each(samples)('%s is found as a word', (word, found, passed) => {
    const pattern = banned.find(([name]) => name === word)![1]
    expect(found.filter((text) => !pattern.test(text))).toEqual([])
    expect(passed.filter((text) => pattern.test(text))).toEqual([])
  })

  it('is in no comment, docstring or message of a package', () => {
    expect(sources.flatMap((file) => bannedIn(proseOf(file)))).toEqual([])
  })

  it.each(pages)('is not in %s', (page) => {
    // "whose turn it is" is good English in a page about a game
    expect(bannedIn(linesOf(page)).filter((line) => !line.includes('(whose … it is)'))).toEqual([])
  })
})

describe('a page', () => {
  it('has few long sentences', () => {
    const long = pages.flatMap((page) =>
      sentencesOf(page)
        .map((sentence) => ({ page, sentence, words: sentence.split(' ').length }))
        .filter(({ words }) => words > manyWords),
    )
    console.log(`note: ${long.length} sentences of pages have more than ${manyWords} words`)
    for (const { page, sentence, words } of long.sort((a, b) => b.words - a.words).slice(0, 5))
      console.log(`note: ${words} words in ${page}: ${sentence.slice(0, 100)} …`)
  })
})
