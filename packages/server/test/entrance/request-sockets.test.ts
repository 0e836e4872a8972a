import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { type AddressInfo, connect, Socket } from 'node:net'
import { silentLogger } from '@tygase/gamestate/internal'
import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, onTestFinished, test } from 'vitest'
import { answerAndClose, type RequestBudget, RequestSockets, setLingering } from '../../src/entrance/request-sockets.js'

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
  const accepted: Socket[] = []
  http.on('connection', (socket) => {
    accepted.push(socket)
    requests.watch(socket, host)
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
  const bytesRead = (): number => accepted.reduce((sum, socket) => sum + socket.bytesRead, 0)
  return { clock, requests, open, begun: () => begun, bytesRead, accepted }
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

const bodyBytes = 1024 * 1024
const post = (body: string, ...headers: string[]): string =>
  `POST / HTTP/1.1\r\nHost: localhost\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n${body}`
const inOne = post('x'.repeat(bodyBytes), `Content-Length: ${bodyBytes}`)
const chunk = `1000\r\n${'x'.repeat(0x1000)}\r\n`
const inChunks = post(`${chunk.repeat(bodyBytes / 0x1000)}0\r\nA-Trailer: yes\r\n\r\n`, 'Transfer-Encoding: chunked')

/** A budget of bytes alone, which is full again when it is told. */
class BytesBudget implements RequestBudget {
  left = 256 * 1024
  spent = 0
  workMs = 0

  spend(bytes: number, workMs: number): void {
    this.left -= bytes
    this.spent += bytes
    this.workMs += workMs
  }

  readyAt(now: number): number {
    return this.left >= 0 ? now : now + 1000
  }

  close(): void {}
}

/** A read takes 64 KiB, and streams keep some. */
const mostReadAhead = 256 * 1024

/** Lets sockets and parsers run. */
async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
}

describe('requests that are sent ahead', () => {
  test('are not read without end when those before them have been answered', async () => {
    let left = 5
    // a request spends time alone
    const spend = (bytes: number): void => {
      if (bytes === 0) left--
    }
    const budget: RequestBudget = { spend, readyAt: (now) => (left > 0 ? now : now + 1000), close() {} }
    const { open, bytesRead, begun } = await stage((_request, response) => response.end(Buffer.from('yes')), { budget })
    const { socket, until } = open()
    const requests = Buffer.from(get('/').repeat(10_000))
    for (let i = 0; i < 100; i++) socket.write(requests)
    await until(5)
    await settled()
    expect(begun()).toBe(5)
    expect(bytesRead()).toBeLessThan(1024 * 1024)
  })

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
    const postTo = (path: string, body: string): string =>
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const sent = Array.from({ length: 40 }, (_, i) =>
      i % 3 === 0 ? postTo(`/${i}`, 'x'.repeat(i * 500)) : get(`/${i}`),
    )
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

test('a connection that has its last answer is not read on, however long it stays', async () => {
  const { open, bytesRead } = await stage((request, response) => {
    if (request.url === '/') return void setImmediate(() => response.end('yes'))
    setLingering(request.socket, () => {})
    answerAndClose(request, 'HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n')
  })
  const client = open()
  client.socket.write(get('/') + get('/refused'))
  await client.until(2)
  client.socket.write(get('/').repeat(50_000))
  await settled()
  expect(bytesRead()).toBeLessThan(mostReadAhead)
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
  // no WebSocket begins before their answers
  expect(server.requests.release(server.accepted[0]!)).toBe(false)
  server.clock.advance(499)
  await settled()
  expect(server.begun()).toBe(1)
  server.clock.advance(1)
  await client.until(4)
  expect(spent[0]).toEqual([0, 0.2])
  expect(spent[1]?.[0]).toBe(get('/').length)
  expect(spent[1]?.[1]).toBeCloseTo(0.01 + get('/').length / 100_000)
  client.socket.destroy()
  while (closed === 0) await settled()
})

describe('the body of a request', () => {
  const readAll: RequestListener = async (request, response) => {
    let bytes = 0
    for await (const part of request) bytes += part.length
    response.end(`<${bytes}>`)
  }

  test.each([
    ['of a given length', inOne, ''],
    ['in chunks, with a trailer', inChunks, ''],
    ['that waits for a go-ahead', '', post('', `Content-Length: ${bodyBytes}`, 'Expect: 100-continue')],
  ])('%s counts as it is read, and is read on when the debt is paid', async (_name, whole, head) => {
    const budget = new BytesBudget()
    const server = await stage(readAll, { budget })
    const client = server.open()
    if (head !== '') {
      client.socket.write(head)
      await client.until(1)
      expect(client.text()).toContain('100 Continue')
    }
    client.socket.write(whole || 'x'.repeat(bodyBytes))
    while (budget.left >= 0) await settled()
    await settled()
    expect(server.bytesRead()).toBeLessThan(256 * 1024 + mostReadAhead)
    server.clock.advance(5000)
    await settled()
    expect(server.bytesRead()).toBeLessThan(256 * 1024 + mostReadAhead)
    budget.left = 4 * bodyBytes
    server.clock.advance(1000)
    while (!client.text().includes(`<${bodyBytes}>`)) await settled()
    expect(budget.spent).toBe((head + (whole || 'x'.repeat(bodyBytes))).length)
    client.socket.write(get('/'))
    while (!client.text().includes('<0>')) await settled()
  })

  test('counts as well if nobody wants it', async () => {
    const budget = new BytesBudget()
    const server = await stage((_, response) => response.end('no'), { budget })
    const client = server.open()
    client.socket.write(inOne)
    await client.until(1)
    while (budget.left >= 0) await settled()
    await settled()
    expect(server.bytesRead()).toBeLessThan(256 * 1024 + mostReadAhead)
    budget.left = 4 * bodyBytes
    server.clock.advance(1000)
    while (budget.spent < inOne.length) await settled()
    client.socket.write(get('/'))
    await client.until(2)
  })

  test('counts with the time that its parts take, and each byte with some', async () => {
    const budget = new BytesBudget()
    budget.left = 4 * bodyBytes
    let parts = 0
    const server = await stage(
      (request, response) => {
        request.on('data', () => {
          parts++
          server.clock.advance(0.25)
        })
        request.on('end', () => response.end('yes'))
      },
      { budget },
    )
    const client = server.open()
    client.socket.write(inChunks)
    await client.until(1)
    await settled()
    expect(parts).toBeGreaterThanOrEqual(256)
    // what comes with the head is handed out a turn later
    expect(budget.workMs).toBeGreaterThan((parts - 16) * 0.25 + 10)
    expect(budget.workMs).toBeLessThan(parts * 0.25 + 20)
  })

  test('in the smallest chunks is parsed no further than the budget goes', async () => {
    const budget = new BytesBudget()
    let parts = 0
    const server = await stage((request) => request.on('data', () => parts++), { budget })
    budget.left = 1000
    const client = server.open()
    client.socket.write(post('1\r\nx\r\n'.repeat(bodyBytes / 6), 'Transfer-Encoding: chunked'))
    while (budget.left >= 0) await settled()
    await settled()
    expect(budget.spent).toBe(8 * 1024)
    expect(parts).toBeLessThan((8 * 1024) / 6)
    for (let slices = 2; slices < 12; slices++) {
      server.clock.advance(1000)
      budget.left = 1000
      server.clock.advance(1000)
      while (budget.left >= 0) await settled()
      await settled()
      expect(budget.spent).toBeLessThanOrEqual(slices * 8 * 1024)
    }
    expect(budget.spent).toBeGreaterThan(8 * 8 * 1024)
  })

  test('is not pressed on a handler that takes none of it, whenever a debt is paid', async () => {
    const budget = new BytesBudget()
    let request: IncomingMessage | undefined
    const server = await stage(
      (given) => {
        request = given
      },
      { budget },
    )
    const client = server.open()
    budget.left = 1000
    client.socket.write(inOne.slice(0, 500))
    while (server.begun() === 0) await settled()
    client.socket.write(inOne.slice(500))
    for (let i = 0; i < 20; i++) {
      await settled()
      budget.left = 0
      server.clock.advance(1000)
    }
    expect(request?.readableLength).toBeGreaterThan(0)
    expect(request?.readableLength).toBeLessThan(3 * 64 * 1024)
  })

  test('leaves no timer behind if the connection closes during a pause, and no WebSocket begins in one', async () => {
    const budget = new BytesBudget()
    budget.left = 1000
    const { clock, requests, open, accepted } = await stage((_, response) => response.end(), { budget })
    const client = open()
    client.socket.write(inOne)
    // the next request, and the pause
    while (clock.pending < 2) await settled()
    expect(requests.release(accepted[0]!)).toBe(false)
    expect(clock.pending).toBe(1)
    accepted[0]!.destroy()
    while (!accepted[0]!.closed) await settled()
    await settled()
    expect(clock.pending).toBe(0)
  })

  test('is no longer looked at when the connection becomes a WebSocket', async () => {
    const budget = new BytesBudget()
    budget.left = 4 * bodyBytes
    const { requests, open, accepted } = await stage(readAll, { budget })
    const client = open()
    client.socket.write(inOne)
    await client.until(1)
    await settled()
    expect(requests.release(accepted[0]!)).toBe(true)
    expect(accepted[0]!.listenerCount('data')).toBe(0)
    client.socket.write(get('/').repeat(10))
    await settled()
    expect(budget.spent).toBe(inOne.length)
  })
})

test('a socket that becomes a WebSocket is parsed no more, also where a request is read below JavaScript, as by Deno', async () => {
  const { requests } = await stage(() => {}, { budget: new BytesBudget() })
  const socket = new Socket()
  const parsed: Buffer[] = []
  socket.on('data', (bytes) => parsed.push(bytes))
  requests.watch(socket, '203.0.113.7')
  // nothing of the request was seen here
  expect(requests.release(socket)).toBe(true)
  socket.emit('data', Buffer.from([0x82, 0x00]))
  expect(parsed).toEqual([])
})
