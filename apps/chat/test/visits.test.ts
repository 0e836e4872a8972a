import { describe, expect, it } from 'vitest'
import { Visits } from '../src/visits.js'

const visit = (name: string, startMs: number, endMs: number) => ({ name, address: '192.0.2.1', startMs, endMs })

describe('the history', () => {
  it('counts visits of a name and adds up their time, however the name is written [C8]', () => {
    const visits = new Visits()
    visits.end('a', visit('ann', 1000, 3000))
    visits.end('b', visit('Ann', 10_000, 10_500))
    expect(visits.list()).toEqual([
      {
        name: 'Ann',
        address: '192.0.2.1',
        visits: 2,
        totalMs: 2500,
        lastStartMs: 10_000,
        lastEndMs: 10_500,
        messages: [],
      },
    ])
  })

  it('has the last to leave first, and forgets the first to leave [C8]', () => {
    const visits = new Visits()
    for (let number = 0; number < 250; number++) visits.end(`c${number}`, visit(`n${number}`, 0, number))
    const names = visits.list().map(({ name }) => name)
    expect([names.length, names[0], names.at(-1)]).toEqual([200, 'n249', 'n50'])
  })

  it('keeps the last messages of each, cut to a length, over visits [C8]', () => {
    const visits = new Visits()
    for (let number = 0; number < 15; number++) visits.note('a', `first ${number}`)
    visits.end('a', visit('ann', 0, 1))
    for (let number = 0; number < 15; number++) visits.note('b', `second ${number}`)
    visits.note('b', 'x'.repeat(1000))
    visits.end('b', visit('ann', 2, 3))
    const [{ messages } = { messages: [] }] = visits.list('ANN')
    expect(messages.length).toBe(20)
    expect(messages.slice(0, 5)).toEqual(['first 11', 'first 12', 'first 13', 'first 14', 'second 0'])
    expect(messages.at(-1)).toBe('x'.repeat(200))
  })

  it('has messages only for a name that is asked for', () => {
    const visits = new Visits()
    visits.note('a', 'hello')
    visits.end('a', visit('ann', 0, 1))
    expect(visits.list()[0]?.messages).toEqual([])
    expect(visits.list('ann')[0]?.messages).toEqual(['hello'])
    expect(visits.list('bob')).toEqual([])
  })
})
