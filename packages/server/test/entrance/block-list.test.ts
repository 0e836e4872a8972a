import { expect, test } from 'vitest'
import { BlockList } from '../../src/entrance/address.js'

test.each([
  ['203.0.113.7', ['203.0.113.7', '::ffff:203.0.113.7'], ['203.0.113.8', '::ffff:203.0.113.8']],
  ['203.0.113.0/24', ['203.0.113.0', '203.0.113.255', '::ffff:203.0.113.1'], ['203.0.112.255', '203.0.114.0']],
  ['::ffff:203.0.113.0/120', ['203.0.113.1', '::ffff:203.0.113.1'], ['203.0.114.1']],
  ['2001:db8::/32', ['2001:db8::1', '2001:db8:ffff::'], ['2001:db9::1', '203.0.113.7']],
  ['2001:db8::1', ['2001:db8::1', '2001:db8:0:0:0:0:0:1'], ['2001:db8::2']],
  ['0.0.0.0/0', ['203.0.113.7', '::ffff:203.0.113.7'], ['2001:db8::1']],
])('the rule %s holds for what is in it, in every form, and for nothing else [M11]', (rule, inside, outside) => {
  const list = new BlockList([rule])
  expect(inside.filter((host) => !list.blocks(host))).toEqual([])
  expect(outside.filter((host) => list.blocks(host))).toEqual([])
})

test.each(['', 'localhost', 'garbage', '__proto__'])('%j is no address and is not blocked', (host) => {
  expect(new BlockList(['0.0.0.0/0', '::/0']).blocks(host)).toBe(false)
})

test('a rule can be added and taken back while it is in use, however it is written [M11]', () => {
  const list = new BlockList(['203.0.113.7'])
  list.add('2001:DB8::/32', '198.51.100.0/24')
  expect(list.rules).toEqual(['203.0.113.7', '2001:db8::/32', '198.51.100.0/24'])
  expect(list.blocks('2001:db8::1')).toBe(true)
  expect(list.delete('2001:db8:0::/32')).toBe(true)
  expect(list.delete('2001:db8::/32')).toBe(false)
  expect(list.blocks('2001:db8::1')).toBe(false)
  expect(list.blocks('198.51.100.9')).toBe(true)
})

test('an address stays blocked while another rule holds for it', () => {
  const list = new BlockList(['203.0.113.7', '203.0.113.0/24'])
  list.delete('203.0.113.7')
  expect(list.blocks('203.0.113.7')).toBe(true)
})

test('a wrong rule throws invalid_argument, adds none of those beside it and tells nobody', () => {
  const list = new BlockList()
  let told = 0
  list.onAdd(() => told++)
  expect(() => list.add('203.0.113.7', 'nonsense')).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  expect(() => new BlockList(['nonsense'])).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  expect(list.rules).toEqual([])
  expect(told).toBe(0)
})

test('whoever listens is told of added rules once they hold, until the subscription ends', () => {
  const list = new BlockList()
  const seen: boolean[] = []
  const end = list.onAdd(() => seen.push(list.blocks('203.0.113.7')))
  list.add('203.0.113.7')
  end()
  list.add('203.0.113.8')
  expect(seen).toEqual([true])
  expect(() => list.onAdd(undefined as never)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
})
