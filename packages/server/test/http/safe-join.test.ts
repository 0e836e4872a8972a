import { expect, test } from 'vitest'
import { safeJoin } from '../../src/http/safe-join.js'

test.each([
  ['a.txt', '/srv/a.txt'],
  ['a/b/c.js', '/srv/a/b/c.js'],
  ['a%20b.txt', '/srv/a b.txt'],
  ['%C3%A4.txt', '/srv/ä.txt'],
  ['%252e%252e', '/srv/%2e%2e'],
  ['a..b.txt', '/srv/a..b.txt'],
  ['', '/srv/index.html'],
  ['a/', '/srv/a/index.html'],
])('%j leads to %j [M35]', (path, file) => {
  expect(safeJoin('/srv', path)).toBe(file)
})

test.each([
  '..',
  '../secret',
  'a/../../secret',
  'a/..',
  '.',
  './a',
  '%2e%2e/secret',
  '%2E%2E%2Fsecret',
  '..%2fsecret',
  'a%2fb',
  '/etc/passwd',
  '//etc/passwd',
  '%2fetc/passwd',
  'a//b',
  '..\\secret',
  '..%5csecret',
  'a%5Cb',
  'C:/secret',
  'c%3a/secret',
  'file.txt:stream',
  'a%00.txt',
  'a\u0000.txt',
  'a%0a',
  'a%7f',
  '%',
  '%zz',
  '%c0%ae%c0%ae/secret',
  '.env',
  '.git/config',
  'a/.htpasswd',
  'a.',
  'a ',
  'a%20',
  'a../b',
])('%j leads nowhere [M35]', (path) => {
  expect(safeJoin('/srv', path)).toBeUndefined()
})
