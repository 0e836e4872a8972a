import { readdirSync, readFileSync } from 'node:fs'
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
  // nothing listens there
  const error = await connect(url(1), { logger: searchedLogger, timeoutMs: 100 }).catch((reason: unknown) => reason)
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
