import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { silentLogger } from '@tygase/gamestate/internal'
import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, onTestFinished, test } from 'vitest'
import { answerAndClose, type RequestBudget, RequestSockets } from '../../src/entrance/request-sockets.js'

interface StageOptions {
  budget?: RequestBudget
  /** Address of every client. */
  host?: string | undefined
}

/** A server whose requests go through `RequestSockets`, and clients that speak raw HTTP. */
async function stage(listener: RequestListener, { budget, host = '203.0.113.7' }: StageOptions = {}) {
  const clock = new VirtualClock()
  const requests = new RequestSockets({
    clock,
    logger: silentLogger,
    idleTimeoutMs: 10_000,
    budget: budget && (() => budget),
  })
  let begun = 0
  const http = createServer((request, response) => {
    requests.take(request, response, host, () => {
      begun++
      listener(request, response)
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const sockets: Socket[] = []
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    http.closeAllConnections()
    http.close()
  })
  const open = () => {
    const socket = connect((http.address() as AddressInfo).port, '127.0.0.1')
    sockets.push(socket)
    let text = ''
    let wake = (): void => {}
    socket.on('error', () => {})
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part
      wake()
    })
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    const answers = (): number => text.match(/HTTP\/1\.1 \d+/g)?.length ?? 0
    const until = async (count: number): Promise<void> => {
      while (answers() < count) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
    return { socket, closed, answers, until, text: () => text }
  }
  return { clock, requests, open, begun: () => begun }
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

/** Lets sockets and parsers run. */
async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
}

describe('requests that are sent ahead', () => {
  test('begin one after the other, with their bodies, and all are answered in order', async () => {
    let under = 0
    let most = 0
    const { open } = await stage(async (request, response) => {
      under++
      most = Math.max(most, under)
      let body = ''
      for await (const chunk of request) body += chunk
      await new Promise((resolve) => setImmediate(resolve))
      under--
      response.end(`<${request.url}${body}>`)
    })
    const client = open()
    const post = (path: string, body: string): string =>
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const sent = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? post(`/${i}`, 'x'.repeat(i * 500)) : get(`/${i}`)))
    client.socket.write(sent.join(''))
    await client.until(40)
    await settled()
    const paths = [...client.text().matchAll(/<\/(\d+)(x*)>/g)].map(([, path, body]) => [Number(path), body?.length])
    expect(paths).toEqual(Array.from({ length: 40 }, (_, i) => [i, i % 3 === 0 ? i * 500 : 0]))
    expect(most).toBe(1)
  })

  test('do not begin while the first one has no answer, however many there are', async () => {
    const { open, begun } = await stage(() => {})
    const client = open()
    client.socket.write(get('/').repeat(2000))
    await settled()
    expect(begun()).toBe(1)
  })

  test('are so many at most: then the connection is closed, after the answers to those', async () => {
    const { open, begun } = await stage((_, response) => void setImmediate(() => response.end()))
    const client = open()
    client.socket.write(get('/').repeat(2000))
    await client.closed
    expect([begun(), client.answers()]).toEqual([65, 65])
  })

  test('are not even parsed after an answer that closes the connection', async () => {
    let parsed = 0
    const { open } = await stage((request) => {
      parsed++
      answerAndClose(request, 'HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    })
    const client = open()
    client.socket.write(get('/').repeat(2000))
    await client.closed
    expect([parsed, client.answers()]).toEqual([1, 1])
  })
})

describe('connections that wait for their next request', () => {
  const one = async (server: Awaited<ReturnType<typeof stage>>) => {
    const client = server.open()
    client.socket.write(get('/'))
    await client.until(1)
    await settled()
    return client
  }

  test('are bounded for each address: the oldest one goes first, and one that is used again is not the oldest', async () => {
    const server = await stage((_, response) => response.end())
    const clients = []
    for (let i = 0; i < 32; i++) clients.push(await one(server))
    expect(server.requests.idle).toBe(32)
    clients[0]!.socket.write(get('/'))
    await clients[0]!.until(2)
    await settled()
    const last = await one(server)
    await clients[1]!.closed
    expect(server.requests.idle).toBe(32)
    for (const client of [clients[0]!, last]) {
      const answers = client.answers()
      client.socket.write(get('/'))
      await client.until(answers + 1)
    }
  })

  test('are bounded in all', async () => {
    const server = await stage((_, response) => response.end(), { host: '127.0.0.1' })
    const first = await one(server)
    for (let i = 0; i < 256; i++) await one(server)
    await first.closed
    expect(server.requests.idle).toBe(256)
  })

  test('go after a time, and one that closes itself is not counted', async () => {
    const server = await stage((_, response) => response.end())
    const [early, late] = [await one(server), await one(server)]
    early.socket.destroy()
    while (server.requests.idle > 1) await settled()
    server.clock.advance(9999)
    expect(server.requests.idle).toBe(1)
    server.clock.advance(1)
    await late.closed
    expect([server.requests.idle, server.clock.pending]).toEqual([0, 0])
  })
})

test('a connection over its budget is not read, and its next request waits until the debt is paid', async () => {
  let readyMs = 0
  const spent: [bytes: number, workMs: number][] = []
  let closed = 0
  const budget: RequestBudget = {
    spend: (bytes, workMs) => void spent.push([bytes, workMs]),
    readyAt: (now) => Math.max(now, readyMs),
    close: () => closed++,
  }
  const server = await stage((_, response) => response.end(), { budget })
  const client = server.open()
  client.socket.write(get('/'))
  await client.until(1)
  await settled()
  readyMs = 500
  client.socket.write(get('/').repeat(3))
  await settled()
  expect(server.begun()).toBe(1)
  server.clock.advance(499)
  await settled()
  expect(server.begun()).toBe(1)
  server.clock.advance(1)
  await client.until(4)
  expect(spent[0]).toEqual([get('/').length, 0.2])
  client.socket.destroy()
  while (closed === 0) await settled()
})
