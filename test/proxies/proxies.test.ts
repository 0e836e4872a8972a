import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listRooms } from '@tygase/client'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { root } from '../architecture/repository.js'
import { RunningProcess } from '../browser/program.js'
import { writePageFiles } from '../docs/page-files.js'
import { LooseClient } from '../e2e/support/loose-client.js'
import { connect } from '../e2e/support/patient.js'
import { kinds, page, startProxy } from './proxy.js'

const ca = readFileSync(join(root, 'test/e2e/certificates/first-certificate.pem'))
const data = mkdtempSync(join(tmpdir(), 'tygase-production-'))
let program: string

beforeAll(async () => {
  // the program of the page; it also says where its clients are
  const folder = await writePageFiles(page, 'proxies', (_file, code) =>
    code.replace(
      "server.define('arena', arena, {",
      "server.define('arena', arena, { onJoin: (client) => console.log('from', client.address?.host),",
    ),
  )
  program = join(folder, 'server.mjs')
  const options = { bundle: true, format: 'esm', platform: 'node', packages: 'external' } as const
  await build({ ...options, entryPoints: [join(folder, 'server.ts')], outfile: program })
})

afterAll(() => rmSync(data, { recursive: true }))

/** Runs the program of the page as in its unit of systemd. */
async function startServer(proxies: number): Promise<{ port: number; server: RunningProcess }> {
  const environment = { NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0', PROXIES: `${proxies}`, DATA: data }
  const server = new RunningProcess(process.execPath, [program], environment)
  const [, port = ''] = await server.printed(/runs at \S+:(\d+)/)
  return { port: Number(port), server }
}

describe.each(Object.entries(kinds))('behind %s, as the page on production has it', (_name, kind) => {
  let server: RunningProcess
  let proxy: { port: number; end: () => Promise<void> }
  let place: string

  beforeAll(async () => {
    const started = await startServer(1)
    server = started.server
    proxy = await startProxy(kind, started.port)
    place = `localhost:${proxy.port}/play`
    // the certificate is its own authority
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  })

  afterAll(async () => {
    vi.unstubAllEnvs()
    await proxy?.end()
    await server?.end()
  })

  it('two clients play in a room over TLS, below the path', async () => {
    const [ada, bob] = [await connect(`wss://${place}/arena/1`), await connect(`wss://${place}/arena/1`)]
    expect(ada.room).toMatchObject({ kind: 'arena', id: '1', link: `wss://${place}/arena/1` })
    await ada.request('move')
    await bob.waitUntil((state) => {
      const { players } = state as { players: ReadonlyMap<string, { x: number }> }
      return players.get(ada.clientId)?.x === 1
    })
    await Promise.all([ada.disconnect(), bob.disconnect()])
  })

  it('a client is asked for in the list of rooms, and the server says that it is well', async () => {
    const client = await connect(`wss://${place}/arena/listed`)
    expect((await listRooms(`wss://${place}`)).map(({ id }) => id)).toContain('listed')
    await client.disconnect()
    expect(await get(proxy.port, '/play/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } })
  })

  it('the server knows where a client is, and not where it claims to be', async () => {
    const options = {
      ca,
      localAddress: '127.0.0.7',
      servername: 'localhost',
      headers: { host: `localhost:${proxy.port}`, 'x-forwarded-for': '203.0.113.9' },
    }
    const client = await LooseClient.join(`wss://127.0.0.1:${proxy.port}/play/arena/2`, options, '/play/arena/2')
    expect(client.status).toBe('connected')
    await server.printed(/from 127\.0\.0\.7\n/)
    expect(server.output).not.toContain('203.0.113.9')
  })

  it('a client learns why the server ends, which frees all it had and ends well', async () => {
    const client = await connect(`wss://${place}/arena/3`, { reconnect: false })
    const closed = new Promise((resolve) => {
      client.onStatus((status, info) => void (status === 'closed' && resolve(info)))
    })
    server.process.kill('SIGTERM')
    expect(await closed).toMatchObject({ code: 'shutdown', reason: 'the server restarts', byPeer: true })
    expect(await server.exitCode).toBe(0)
    expect(server.output).toContain('SIGTERM: the server ends')
    const next = await startServer(1)
    next.server.interrupt()
    expect(await next.server.exitCode).toBe(0)
  })
})

/** What the proxy answers at a path. */
function get(port: number, path: string): Promise<{ status: number | undefined; body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { host: `localhost:${port}` }
    const asked = request({ host: '127.0.0.1', port, path, ca, servername: 'localhost', headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => {
        const isJson = answer.headers['content-type']?.startsWith('application/json') === true
        resolve({ status: answer.statusCode, body: isJson ? JSON.parse(text) : text })
      })
    })
    asked.on('error', reject).end()
  })
}
