import { describe, expect, it } from 'vitest'
import { parseNetOptions } from '../src/net/net-options.js'

describe('the options of the network benchmark', () => {
  it('are 50, 200, 500 and 1,000 clients and five windows where nothing is said', () => {
    const { clients, effort } = parseNetOptions([])
    expect(clients).toEqual([50, 200, 500, 1000])
    expect(effort.rounds).toBe(5)
  })

  it('take numbers of clients and the length of a window', () => {
    const { clients, effort } = parseNetOptions(['--quick', '--clients', '10,1000', '--seconds', '7'])
    expect(clients).toEqual([10, 1000])
    expect(effort.seconds).toBe(7)
  })

  it('are a number of rooms where these are asked for', () => {
    expect(parseNetOptions(['--rooms', '200', '--write'])).toMatchObject({ rooms: 200, write: true })
    expect(parseNetOptions([]).rooms).toBeUndefined()
  })

  it('are another checkout and a bound in per cent where two are compared', () => {
    const { against, bound, pairEffort } = parseNetOptions(['--against', '/elsewhere', '--bound', '5'])
    expect([against, bound]).toEqual(['/elsewhere', 1.05])
    expect(pairEffort.pairs).toBeGreaterThanOrEqual(15)
    expect(parseNetOptions([]).bound).toBe(1.03)
  })

  it.each([
    ['a page about two checkouts', ['--against', '/elsewhere', '--write'], /--against/],
    ['no number', ['--clients', '50,'], /--clients/],
    ['more clients than a server takes', ['--clients', '1001'], /from 5 to 1000/],
    ['only clients that keep a replica', ['--clients', '4'], /from 5/],
    ['fewer rooms than clients that keep a replica', ['--rooms', '3'], /from 4 to 400/],
    ['rooms with a number of clients', ['--rooms', '200', '--clients', '50'], /--clients/],
    ['half a second', ['--seconds', '0.5'], /--seconds/],
    ['a page about some numbers of clients', ['--write', '--clients', '50'], /all numbers/],
    ['what nobody knows', ['--slow'], /--slow/],
  ])('are refused where they ask for %s', (_, args, message) => {
    expect(() => parseNetOptions(args)).toThrow(message)
  })
})
