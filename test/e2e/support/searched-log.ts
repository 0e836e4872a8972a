import { inspect } from 'node:util'
import type { Logger } from '@tygase/gamestate'
import { afterEach, expect } from 'vitest'

/** All that the servers and clients of a test have logged, errors with their causes and stacks. */
const lines: string[] = []
/** Texts that no line may have, and addresses of this machine. */
const secrets = new Set<string>()
const addresses = ['127.0.0.1', '::1']
/** `run` says at which addresses the server listens. */
const ownAddresses = /^the server runs/
const tokenBytes = 16

const take = (details: object, message: string): void => {
  if (ownAddresses.test(message)) return
  const text = `${message} ${inspect(details, { depth: 9, maxArrayLength: null })}`
  // a list of bytes is printed with line breaks
  lines.push(text.replace(/\s+/g, ' '))
}

/** Keeps the lines, which `afterEach` searches for secrets. */
export const searchedLogger: Logger = { debug: take, info: take, warn: take, error: take }

/** A logger whose lines are searched for secrets, and go to the logger of a test as well if it has one. */
export function searched(own: Logger | false | undefined): Logger {
  if (own === undefined || own === false) return searchedLogger
  const both =
    (level: keyof Logger) =>
    (details: object, message: string): void => {
      take(details, message)
      own[level](details, message)
    }
  return { debug: both('debug'), info: both('info'), warn: both('warn'), error: both('error') }
}

/** No line of the log may have the texts in `value`, nor its bytes in any of the usual forms. */
export function keepSecret(value: unknown): void {
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value)
    for (const form of ['hex', 'base64', 'base64url'] as const) secrets.add(bytes.toString(form))
    secrets.add(bytes.join(', '))
  } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(keepSecret)
  else if (typeof value === 'string' && value.length >= 8) secrets.add(value)
}

// the tokens with which clients resume are made here, and nobody gives them away
const from = Uint8Array.from.bind(Uint8Array) as (...args: unknown[]) => Uint8Array<ArrayBuffer>
Uint8Array.from = (...args: unknown[]) => {
  const bytes = from(...args)
  if (bytes.length === tokenBytes) keepSecret(bytes)
  return bytes
}

afterEach(() => {
  const told = lines.splice(0)
  const shown = [...secrets, ...addresses].filter((secret) => told.some((line) => line.includes(secret)))
  secrets.clear()
  expect(shown, 'the log shows secrets').toEqual([])
})
