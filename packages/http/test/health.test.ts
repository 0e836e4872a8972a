import { silentLogger } from '@tygase/gamestate/internal'
import { expect, test } from 'vitest'
import { createHttp } from '../src/create-http.js'
import type { HttpOptions } from '../src/options.js'

async function ask(healthz?: HttpOptions['healthz']) {
  const warned: unknown[] = []
  const logger = { ...silentLogger, warn: (details: object) => void warned.push(details) }
  const response = await createHttp({ logger, ...(healthz !== undefined && { healthz }) }).request('/healthz')
  return { status: response.status, body: await response.json(), warned }
}

test('a server is well unless it says otherwise', async () => {
  expect(await ask()).toEqual({ status: 200, body: { status: 'ok' }, warned: [] })
})

test('details are told as well, at once or later', async () => {
  expect(await ask(() => ({ clients: 3 }))).toMatchObject({ status: 200, body: { status: 'ok', clients: 3 } })
  expect(await ask(async () => ({ status: 'better' }))).toMatchObject({ body: { status: 'ok' } })
})

test('a check that throws says that it is not, and only the log says why', async () => {
  const failed = new Error('the database at 10.0.0.5 is gone')
  expect(await ask(() => Promise.reject(failed))).toEqual({
    status: 503,
    body: { status: 'failing' },
    warned: [{ err: failed }],
  })
})

test('without it there is no such route', async () => {
  expect(await ask(false)).toMatchObject({ status: 404 })
})
