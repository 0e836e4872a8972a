import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createHttp } from '../src/create-http.js'
import { secretsOf, withoutSecrets } from '../src/secrets.js'

const secrets = ['hunter2-password', 'tokenInQuery77', 'bearer-token-88', 'cookie-value-99', 'ada-user-name']

/** All that is logged for a request over the network, as one text. */
async function logOf(target: string, route: 'throws' | 'rejects' | 'breaks off' | 'caused'): Promise<string> {
  const lines: unknown[] = []
  const log = (details: object, message: string): void => void lines.push(message, details)
  const logger = { debug: log, info: log, warn: log, error: log }
  const http = createHttp({
    logger,
    accessLog: { info: log },
    routes: (app) =>
      app.all('*', (c) => {
        const all = `${c.req.url} ${c.req.header('authorization')} ${c.req.header('cookie')}`
        if (route === 'throws') throw new Error(`cannot fetch ${all}`)
        if (route === 'rejects') return Promise.reject(new TypeError(`cannot fetch ${all}`))
        if (route === 'caused') throw new Error('no', { cause: new Error(`in ${all}`, { cause: `as ${all}` }) })
        const stream = new ReadableStream({
          pull: () => {
            throw new Error(`cannot read ${all}`)
          },
        })
        return new Response(stream)
      }),
  })
  const server = createServer(http.requestListener)
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const head = [`GET ${target} HTTP/1.1`, 'Host: localhost', 'Authorization: Bearer bearer-token-88']
  socket.write([...head, 'Cookie: session=cookie-value-99', 'Connection: close', '', ''].join('\r\n'))
  let answer = ''
  for await (const part of socket) answer += part
  expect(answer).toMatch(/^HTTP\/1\.1 |^$/)
  for (const secret of secrets) expect(answer).not.toContain(secret)
  return inspect(lines, { depth: 20, maxStringLength: null })
}

describe('no log line has a secret of a request', () => {
  const targets = [
    '/login?token=tokenInQuery77',
    'http://localhost/login?token=tokenInQuery77',
    'http://ada-user-name:hunter2-password@localhost/login?token=tokenInQuery77',
    'http://ada-user-name:hunter2-password@/',
    'ada-user-name:hunter2-password@localhost',
  ]
  for (const route of ['throws', 'rejects', 'breaks off', 'caused'] as const) {
    test.each(targets)(`whose route ${route}: %s`, async (target) => {
      const text = await logOf(target, route)
      // Node refuses a target that is no URL by itself
      if (/^\/|:\/\//.test(target)) expect(text).toContain('request')
      for (const secret of secrets) expect(text).not.toContain(secret)
    })
  }
})

test('an error without a secret is logged as it is, and one with a secret keeps its name, code and place', () => {
  const clean = new Error('the table is gone')
  const found = secretsOf('http://a/?key=abcdef', new Headers({ authorization: 'Basic QWxhZGRpbg==' }))
  expect(withoutSecrets(clean, found)).toBe(clean)
  const dirty = Object.assign(new TypeError('abcdef is no key: QWxhZGRpbg=='), { code: 'wrong_key' })
  const shown = withoutSecrets(dirty, found) as Error & { code: string }
  expect([shown.name, shown.code, shown.message]).toEqual(['TypeError', 'wrong_key', '[hidden] is no key: [hidden]'])
  expect(shown.stack).toContain('secrets.test.ts')
  expect(dirty.message).toContain('abcdef')
})
