import type { Hello } from '@tygase/protocol/internal'
import { createSeededRandom } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import type { ClientLink } from '../../src/clients/client-link.js'
import { ClientTable, secureRandom } from '../../src/clients/client-table.js'
import { dialerOf, quickLink, setStage } from '../support/stage.js'

function helloOf(...attempt: number[]): Hello {
  const bytes = Uint8Array.from({ length: 8 }, (_, i) => attempt[i] ?? 0)
  const credentials = new Uint8Array(0)
  return { protocolVersion: 2, path: '/', receivedThrough: 0, attempt: bytes, startMs: 0, credentials }
}

/** A link whose client still waits for its welcome. */
function linkOf(id: string): ClientLink {
  return { id, isExpected: () => true } as unknown as ClientLink
}

describe('a session', () => {
  test('is found by the attempt that began it, until it is removed', () => {
    const table = new ClientTable(Math.random)
    const links = Array.from({ length: 256 }, (_, i) => linkOf(`c${i}`))
    for (const [i, link] of links.entries()) table.add(link, helloOf(i, 255 - i))
    for (const [i, link] of links.entries()) expect(table.find(helloOf(i, 255 - i))).toBe(link)
    expect(table.find(helloOf(1, 1))).toBeUndefined()
    table.remove(links[7]!)
    table.remove(links[7]!)
    expect(table.find(helloOf(7, 248))).toBeUndefined()
    expect(table.find(helloOf(8, 247))).toBe(links[8])
    expect(table.sessions).toBe(255)
  })

  test('of two with the same attempt the later one is found, and the end of the earlier one does not hide it', () => {
    const table = new ClientTable(Math.random)
    const [earlier, later] = [linkOf('1'), linkOf('2')]
    table.add(earlier, helloOf(1))
    table.add(later, helloOf(1))
    table.remove(earlier)
    expect(table.find(helloOf(1))).toBe(later)
    table.remove(later)
    expect(table.find(helloOf(1))).toBeUndefined()
  })

  test('is found by the id that a hello resumes, whatever its attempt', () => {
    const table = new ClientTable(Math.random)
    const link = linkOf('ada')
    table.add(link, helloOf(1))
    const resume = (clientId: string): Hello => ({ ...helloOf(9), resume: { clientId, token: new Uint8Array(16) } })
    expect([table.find(resume('ada')), table.find(resume('eve'))]).toEqual([link, undefined])
  })

  test('has an id of its own, eight digits and letters, and clients on their way in count beside', () => {
    const table = new ClientTable(createSeededRandom(4))
    for (let i = 0; i < 1000; i++) {
      const { id, token } = table.draw()
      expect(id).toMatch(/^[0-9a-z]{8}$/)
      expect(token.length).toBe(16)
      table.add(linkOf(id), helloOf(i % 256, Math.floor(i / 256)))
    }
    table.expected++
    expect([table.sessions, table.size]).toEqual([1000, 1001])
    // the same numbers again give ids that are taken
    const again = createSeededRandom(4)
    let calls = 0
    const other = new ClientTable(() => (calls++ === 0 ? 0.5 : again()))
    other.add(
      linkOf(
        Math.floor(0.5 * 36 ** 8)
          .toString(36)
          .padStart(8, '0'),
      ),
      helloOf(1),
    )
    expect(other.draw().id).not.toBe(
      Math.floor(0.5 * 36 ** 8)
        .toString(36)
        .padStart(8, '0'),
    )
  })
})

test('secure numbers are from 0 to below 1, spread evenly, and differ', () => {
  const buckets = new Array<number>(16).fill(0)
  const seen = new Set<number>()
  for (let i = 0; i < 16_000; i++) {
    const value = secureRandom()
    expect(value >= 0 && value < 1).toBe(true)
    buckets[Math.floor(value * 16)]!++
    seen.add(value)
  }
  // 1,000 are expected in each, with a deviation of 31
  for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(310)
  expect(seen.size).toBe(16_000)
})

describe('resuming', () => {
  test('after the grace time is refused, though no timer has found out that it is over', async () => {
    const { clock, server, join } = await setStage({ limits: { graceMs: 1000 } })
    const { client, link } = join()
    clock.advance(200)
    link.cut()
    clock.advance(20)
    client.session.attach({ reliable: true }, clock.now())
    const hello = client.session.flush(clock.now())!
    const { newLink } = dialerOf(clock, server)
    // the ticks stand still, so that nothing looks at the session
    server.room.pause()
    clock.advance(979)
    const late = newLink(quickLink)
    server.acceptTransport(late.ends[1])
    const codes: number[] = []
    late.ends[0].onClose = (code) => codes.push(code)
    late.ends[0].send(hello)
    clock.advance(100)
    expect([codes, server.stats.sessions]).toEqual([[4023], 0])
  })

  test('replaces the transport of a session that is still connected, and closes the old one', async () => {
    const { clock, server, join, dial } = await setStage()
    const { client, link } = join()
    clock.advance(200)
    let closedWith = 0
    // a client that has moved to another transport no longer reads the old one
    link.ends[0].onBytes = undefined
    link.ends[0].onClose = (code) => {
      closedWith = code
    }
    client.attach(dial().ends[0])
    clock.advance(200)
    expect([client.session.status, closedWith, server.clients.size]).toEqual(['connected', 4003, 1])
  })

  test('is found again by a client whose welcome got lost with its transport, and no second session begins', async () => {
    const { clock, server, join, dial } = await setStage()
    const { client, link } = join()
    link.ends[0].onBytes = undefined
    while (server.stats.sessions < 1) clock.advance(1)
    link.cut()
    clock.advance(50)
    client.attach(dial().ends[0])
    clock.advance(200)
    expect([client.session.status, server.stats.sessions, server.clients.size]).toEqual(['connected', 1, 1])
  })

  test('is refused to a hello that names a session and has another token', async () => {
    const { clock, server, join } = await setStage()
    const { client } = join()
    clock.advance(200)
    const { newLink } = dialerOf(clock, server)
    client.session.suspend(clock.now())
    client.session.attach({ reliable: true }, clock.now())
    const hello = Buffer.from(client.session.flush(clock.now())!)
    const id = client.session.clientId!
    // the token stands behind the id
    hello[hello.indexOf(id) + id.length + 3]! ^= 1
    const link = newLink(quickLink)
    server.acceptTransport(link.ends[1])
    const codes: number[] = []
    link.ends[0].onClose = (code) => codes.push(code)
    link.ends[0].send(new Uint8Array(hello))
    clock.advance(100)
    expect(codes).toEqual([4023])
    expect(server.stats.sessions).toBe(1)
  })
})
