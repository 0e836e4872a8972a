import { search } from '@tygase/site/search'
import { describe, expect, it } from 'vitest'
import { questions, searchIndex } from './site-files.js'

const index = await searchIndex()

describe('the search of the site', () => {
  it.each(questions)('finds the answer to "%s" among the first three', (question, answers) => {
    const pages = pagesOf(question)
    expect(pages.filter((page) => answers.includes(page)).length, pages.join(' ')).toBeGreaterThan(0)
  })

  it.each([
    ['connect_timeout', 'errors/connect_timeout/'],
    ['dispatchEvent', 'api/client.html'],
    ['EntityMap', 'api/gamestate.html'],
  ])('finds the page of the name %s among the first three', (name, page) => {
    expect(pagesOf(name)).toContain(page)
  })

  it('finds nothing for a word that is on no page', () => {
    expect(search(index, 'qqxyzzyq')).toEqual([])
  })
})

function pagesOf(question: string): string[] {
  return search(index, question)
    .slice(0, 3)
    .map(({ address }) => address.replace(/^\/|#.*$/g, ''))
}
