import { describe, expect, test } from 'vitest'
import { ClientHistory } from '../../src/index.js'

const address = { host: '192.0.2.1', port: 5 }

describe('the history of clients', () => {
  test('has each visit with its address, beginning and end, and who is there has no end yet [C5]', () => {
    const history = new ClientHistory()
    history.joined('ada', { clientId: 'a', clientAddress: address }, 1000)
    history.joined('bob', { clientId: 'b' }, 1500)
    history.left('a', 3000)
    expect(history.keys).toEqual(['ada', 'bob'])
    expect(history.of('ada')?.visits).toEqual([{ clientId: 'a', address, sinceMs: 1000, untilMs: 3000 }])
    expect(history.of('bob')?.visits).toEqual([
      { clientId: 'b', address: undefined, sinceMs: 1500, untilMs: undefined },
    ])
    expect(history.of('eve')).toBeUndefined()
  })

  test('counts visits and their time across sessions, also those that last or are forgotten [C8]', () => {
    const history = new ClientHistory({ maxVisits: 3 })
    for (let i = 0; i < 10; i++) {
      history.joined('ada', { clientId: `c${i}` }, i * 100)
      history.left(`c${i}`, i * 100 + 10)
    }
    history.joined('ada', { clientId: 'now' }, 2000)
    const record = history.of('ada')!
    expect(record.visitCount).toBe(11)
    expect(record.totalMs(2500)).toBe(10 * 10 + 500)
    expect(record.visits.map(({ clientId }) => clientId)).toEqual(['c8', 'c9', 'now'])
  })

  test('is bounded in clients: who came longest ago is forgotten, and never who is there [C8]', () => {
    const history = new ClientHistory({ maxClients: 3 })
    for (const key of ['a', 'b', 'c', 'd', 'e']) history.joined(key, { clientId: key }, 0)
    expect(history.keys).toEqual(['a', 'b', 'c', 'd', 'e'])
    history.left('b', 10)
    history.left('a', 20)
    expect(history.keys).toEqual(['c', 'd', 'e'])
    history.left('c', 30)
    history.joined('f', { clientId: 'f' }, 40)
    expect(history.keys).toEqual(['d', 'e', 'f'])
  })

  test('is bounded in notes, of which the newest stay [C8]', () => {
    const history = new ClientHistory({ maxNotes: 2 })
    history.joined('ada', { clientId: 'a' }, 0)
    for (const text of ['one', 'two', 'three']) history.note('ada', text)
    history.note('nobody', 'x')
    expect(history.of('ada')?.notes).toEqual(['two', 'three'])
    expect(history.keys).toEqual(['ada'])
  })

  test('what was taken out of it stays as it was', () => {
    const history = new ClientHistory()
    history.joined('ada', { clientId: 'a' }, 0)
    const before = history.of('ada')!
    history.left('a', 100)
    history.left('a', 200)
    expect(before.visits[0]?.untilMs).toBeUndefined()
    expect(history.of('ada')?.totalMs(500)).toBe(100)
  })

  test.each([{ maxClients: 0 }, { maxVisits: 1.5 }, { maxNotes: -1 }])('takes no %j', (options) => {
    expect(() => new ClientHistory(options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })
})
