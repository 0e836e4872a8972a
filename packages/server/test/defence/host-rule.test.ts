import { expect, test } from 'vitest'
import { parseHostRule } from '../../src/defence/host-rule.js'

test.each([
  ['203.0.113.7', { text: '203.0.113.7', host: '203.0.113.7', family: 'ipv4', prefix: 32 }],
  ['203.0.113.7/32', { text: '203.0.113.7', host: '203.0.113.7', family: 'ipv4', prefix: 32 }],
  ['203.0.113.0/24', { text: '203.0.113.0/24', host: '203.0.113.0', family: 'ipv4', prefix: 24 }],
  ['::ffff:203.0.113.0/120', { text: '203.0.113.0/24', host: '203.0.113.0', family: 'ipv4', prefix: 24 }],
  ['2001:DB8:0::/32', { text: '2001:db8::/32', host: '2001:db8::', family: 'ipv6', prefix: 32 }],
  ['::/0', { text: '::/0', host: '::', family: 'ipv6', prefix: 0 }],
])('%s is read', (rule, parsed) => {
  expect(parseHostRule(rule)).toEqual(parsed)
})

test.each([
  '',
  'localhost',
  '203.0.113.0/33',
  '203.0.113.0/-1',
  '203.0.113.0/',
  '203.0.113.0/8/8',
  '::ffff:1.2.3.4/95',
  '::/129',
  '1.2.3.4/1e1',
])('%j throws invalid_argument and is named', (rule) => {
  expect(() => parseHostRule(rule)).toThrow(
    expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(`'${rule}'`) }),
  )
})
