import { defineGame } from '@tygase/gamestate'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type AcceptedTransport, BlockList, Server, type ServerOptions } from '../../src/index.js'
import type { Mount, MountRefusal } from '../../src/internal.js'

const game = defineGame({ initialState: () => ({ n: 0 }) })

const servers: Server[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.shutdown({ drainMs: 0 })))
})

/** A mount that says what it was asked. */
class Notes implements Mount {
  readonly path = '/tools/live'
  readonly calls: string[] = []
  readonly transports: AcceptedTransport[] = []
  refusal: MountRefusal | undefined

  open({ path }: { path: string }): void {
    this.calls.push(`open ${path}`)
  }

  refusalOf({ url }: { url: string }, client: { host: string }, isEncrypted: boolean): MountRefusal | undefined {
    this.calls.push(`asked ${url} ${client.host} ${isEncrypted}`)
    return this.refusal
  }

  accept(transport: AcceptedTransport, { url }: { url: string }): void {
    this.transports.push(transport)
    this.calls.push(`accept ${url}`)
    transport.onBytes = (bytes) => transport.send(bytes)
  }

  async close(reason: string): Promise<void> {
    for (const transport of this.transports) transport.close(1000, reason)
    this.calls.push(`close ${reason}`)
  }
}

function serverWith(options: ServerOptions = {}): [Server, Notes] {
  const server = new Server({ logger: false, ...options }).define('arena', game)
  const notes = new Notes()
  servers.push(server)
  return [server, notes]
}

/** @returns the status that an upgrade is answered with, or what came back over the socket */
function ask(server: Server, path: string, headers: Record<string, string> = {}): Promise<number | string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://localhost:${server.port}${path}`, { headers })
    socket.on('open', () => socket.send(Buffer.from('echo')))
    socket.on('message', (data) => {
      resolve(data.toString())
      socket.close()
    })
    socket.on('close', (code) => resolve(code))
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0)
      socket.terminate()
    })
    socket.on('error', reject)
  })
}

describe('a mount', () => {
  test('takes the WebSockets below its path, and no other', async () => {
    const [server, notes] = serverWith()
    server.mounts.add(notes)
    await server.run()
    expect(notes.calls).toEqual(['open /tools/live'])
    expect(await ask(server, '/tools/live/a?q=1')).toBe('echo')
    expect(notes.calls.slice(1)).toEqual(['asked /tools/live/a?q=1 127.0.0.1 false', 'accept /tools/live/a?q=1'])
    // those are clients of rooms, whose first packet is no hello
    for (const path of ['/tools/live', '/tools/livelier/a', '/x/tools/live/a', '/arena', '/%74ools/live/a'])
      expect(await ask(server, path)).not.toBe('echo')
    expect(notes.transports).toHaveLength(1)
  })

  test.each([401, 403, 429, 503] as const)('refuses an upgrade with HTTP %i', async (status) => {
    const [server, notes] = serverWith()
    server.mounts.add(notes)
    await server.run()
    notes.refusal = { status, code: 'no', message: 'no' }
    expect(await ask(server, '/tools/live/a')).toBe(status)
    expect(notes.transports).toEqual([])
  })

  test('decides about origins itself, and the game about those of its rooms', async () => {
    const [server, notes] = serverWith()
    server.mounts.add(notes)
    await server.run({ allowedOrigins: ['https://game.example'] })
    const headers = { origin: 'https://other.example' }
    expect(await ask(server, '/tools/live/a', headers)).toBe('echo')
    expect(await ask(server, '/arena', headers)).toBe(403)
  })

  test('is not asked about addresses that are blocked', async () => {
    const blockList = new BlockList()
    const [server, notes] = serverWith({ blockList })
    server.mounts.add(notes)
    await server.run()
    blockList.add('127.0.0.1', '::1')
    await expect(ask(server, '/tools/live/a')).rejects.toThrow()
    expect(notes.calls).toEqual(['open /tools/live'])
  })

  test.each(['/play', '/play/'])('stands behind the path %s of run', async (path) => {
    const [server, notes] = serverWith()
    server.mounts.add(notes)
    await server.run({ path })
    expect(notes.calls).toEqual(['open /play/tools/live'])
    expect(await ask(server, '/play/tools/live/a')).toBe('echo')
    expect(await ask(server, '/tools/live/a')).not.toBe('echo')
  })

  test('stands beside the one game of a server, which any other path leads to', async () => {
    const server = new Server({ game, logger: false })
    const notes = new Notes()
    servers.push(server as Server)
    server.mounts.add(notes)
    await server.run()
    expect(await ask(server as Server, '/tools/live/a')).toBe('echo')
  })

  test('opens and closes with its server, again and again, and at once if the server runs already', async () => {
    const [server, notes] = serverWith()
    server.mounts.add(notes)
    await server.run()
    await server.shutdown({ reason: 'over' })
    await server.run()
    const late = new Notes()
    const remove = server.mounts.add(late)
    expect(late.calls).toEqual(['open /tools/live'])
    await remove()
    await remove()
    expect(late.calls).toEqual(['open /tools/live', 'close it is closed'])
    expect(notes.calls).toEqual(['open /tools/live', 'close over', 'open /tools/live'])
    expect(await ask(server, '/tools/live/a')).toBe('echo')
  })

  test('that fails is logged, and its server runs and stops', async () => {
    const error = vi.fn()
    const [server] = serverWith({ logger: { debug() {}, info() {}, warn() {}, error } })
    const fail = async (): Promise<never> => {
      throw new Error('no')
    }
    server.mounts.add({ path: '/t', open: fail, close: fail, refusalOf: () => undefined, accept() {} })
    await server.run()
    await server.shutdown()
    expect(error.mock.calls.map(([, message]) => message)).toEqual([
      'a mount could not be opened',
      'a mount could not be closed',
    ])
  })
})
