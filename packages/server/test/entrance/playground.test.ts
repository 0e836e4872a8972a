import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from '@tygase/gamestate'
import { VirtualClock } from '@tygase/testkit/internal'
import { expect, onTestFinished, test } from 'vitest'
import { setRequestAddress } from '../../src/entrance/address.js'
import { httpAnswers } from '../../src/entrance/http-answers.js'
import { Playground, type PlaygroundEntry } from '../../src/entrance/playground.js'

type Load = (name: string) => Promise<PlaygroundEntry | undefined>

const page = 'the page of the package'
const entry: PlaygroundEntry = { createPlayground: () => (_, response) => void response.end(page) }

/** Asks the answers of a server in development whose package is loaded by a function. */
async function setUp(load: Load) {
  const ignore = (): void => {}
  const logged: unknown[] = []
  const errors: unknown[] = []
  const logger: Logger = {
    ...{ debug: ignore, info: ignore },
    warn: (_, message) => void logged.push(message),
    error: (_, message) => void errors.push(message),
  }
  const loaded: string[] = []
  const counted: Load = (name) => {
    loaded.push(name)
    return load(name)
  }
  const played = { server: {}, path: '/games', isSingle: false, kinds: () => [] }
  const browsers = new Playground(played, logger, counted)
  const clock = new VirtualClock()
  const options = { rooms: { listRooms: () => [] }, path: '/games', allowedOrigins: undefined, clock, logger }
  const listener = httpAnswers({ ...options, browsers })
  let from = '127.0.0.1'
  const server = createServer((request, response) => {
    setRequestAddress(request, { host: from, port: 4242 })
    listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask = async (path: string, host: string, accept: string) => {
    from = host
    const response = await fetch(`${origin}${path}`, { headers: { accept } })
    return { status: response.status, text: await response.text() }
  }
  return { ask, loaded, logged, errors }
}

const html = 'text/html,application/xhtml+xml'

const asked: [what: string, path: string, host: string, accept: string, isPage: boolean][] = [
  ['a browser on this machine', '/', '127.0.0.1', html, true],
  ['a browser on this machine by IPv6', '/games', '::1', html, true],
  ['what the page asks for', '/games/inspect/assets/page.js', '127.0.0.1', '*/*', true],
  ['a browser elsewhere', '/', '192.168.1.7', html, false],
  ['what a browser elsewhere asks for', '/games/inspect/', '192.168.1.7', html, false],
  ['a program on this machine', '/', '127.0.0.1', '*/*', false],
]

test.each(asked)('%s gets the page of the package, or 426', async (_, path, host, accept, isPage) => {
  const { ask, loaded } = await setUp(async () => entry)
  const { status, text } = await ask(path, host, accept)
  expect(status).toBe(isPage ? 200 : 426)
  expect(text === page).toBe(isPage)
  expect(loaded).toEqual(isPage ? ['@tygase/inspect/playground'] : [])
})

test('the list of rooms stays what it is, for browsers too', async () => {
  const { ask } = await setUp(async () => entry)
  expect(await ask('/games/rooms', '127.0.0.1', html)).toEqual({ status: 200, text: '{"rooms":[]}' })
})

test('the package is loaded once', async () => {
  const { ask, loaded } = await setUp(async () => entry)
  for (const path of ['/', '/games', '/games/inspect/']) expect((await ask(path, '127.0.0.1', html)).text).toBe(page)
  expect(loaded).toHaveLength(1)
})

test('without the package a browser gets 426, and how to get it', async () => {
  const { ask, logged } = await setUp(async () => undefined)
  const { status, text } = await ask('/', '127.0.0.1', html)
  expect(status).toBe(426)
  expect(text).toMatch(/This is a TyGaSe game server[\s\S]*npm install --save-dev @tygase\/inspect\n$/)
  expect((await ask('/', '192.168.1.7', html)).text).not.toContain('npm install')
  expect(logged).toEqual([])
})

test('a package that cannot be loaded is logged, and the server goes on', async () => {
  const { ask, logged } = await setUp(async () => {
    throw new Error('it needs another version')
  })
  expect((await ask('/', '127.0.0.1', html)).status).toBe(426)
  expect(logged).toEqual(['the playground cannot be opened'])
})

test('a page that throws is logged, and its request is cut', async () => {
  const { ask, errors } = await setUp(async () => ({
    createPlayground: () => () => {
      throw new Error('a fault of the page')
    },
  }))
  await expect(ask('/', '127.0.0.1', html)).rejects.toThrow()
  expect(errors).toEqual(['the page of the port failed'])
})
