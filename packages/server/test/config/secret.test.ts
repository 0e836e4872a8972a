import { format, inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from '../../src/config/index.js'

test('a secret is had by asking for it, and by nothing that prints [G12]', () => {
  const secret = new Secret('swordfish')
  const config = { secret, list: [secret] }
  expect(secret.reveal()).toBe('swordfish')
  const printed = [
    `${secret}`,
    JSON.stringify(config),
    inspect(config, { depth: 9, showHidden: true }),
    format('%s %o', secret, config),
  ]
  for (const text of printed) {
    expect(text).toContain('[secret]')
    expect(text).not.toContain('swordfish')
  }
})
