import { readdirSync, readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { connect } from './support/patient.js'
import { keepSecret, searchedLogger } from './support/searched-log.js'
import { runServer } from './support/stage.js'

test('the password of a URL is in no log and no error', async () => {
  const server = await runServer(arena)
  const password = 'open-sesame'
  keepSecret(password)
  const url = (port: number | undefined): string => `ws://ada:${password}@localhost:${port}/`
  const client = await connect<typeof arena>(url(server.port), { logger: searchedLogger })
  expect(client.room?.link).not.toContain(password)
  await client.disconnect()
  // nothing listens there: the log says which address was tried, and no password
  const lines: string[] = []
  const take = (details: object, message: string): void =>
    void lines.push(`${message} ${inspect(details, { depth: 9 })}`)
  const logger = { debug: take, info: take, warn: take, error: take }
  const error = await connect(url(1), { logger, timeoutMs: 1000 }).catch((reason: unknown) => reason)
  expect(lines.join()).toContain('an attempt to connect failed')
  expect(lines.join()).not.toContain(password)
  expect(String(error)).toMatch(/localhost:1/)
  expect(String(error)).not.toContain(password)
})

test('the log of each server of these tests is searched for secrets', () => {
  const folder = new URL('.', import.meta.url)
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts') && name !== 'logs.test.ts')
  const others = files.flatMap((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    return [...text.matchAll(/(?:new Server|createHttp)\((?![^;]*?logger: searched)/g)].map(
      ([call]) => `${name}: ${call}`,
    )
  })
  expect(files.length).toBeGreaterThan(20)
  expect(others).toEqual([])
})
