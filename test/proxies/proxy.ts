import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programPath, programs } from '../../scripts/programs.mjs'
import { readText } from '../architecture/repository.js'
import { RunningProcess } from '../browser/program.js'
import { codeBlocks } from '../docs/code-blocks.js'

/** The page whose examples are played. */
export const page = 'docs/guides/production.md'

/** What differs from the page: places of this machine. */
interface Places {
  readonly port: number
  readonly serverPort: number
  readonly certificate: string
  readonly key: string
}

interface Kind {
  readonly name: keyof typeof programs
  /** The language of its block in the page. */
  readonly language: string
  readonly configOf: (example: string, places: Places) => string
  readonly argsOf: (configFile: string, folder: string) => string[]
  /** Printed once it listens. */
  readonly ready: RegExp
}

const certificates = join(import.meta.dirname, '../e2e/certificates')

const nginx: Kind = {
  name: 'nginx',
  language: 'nginx',
  configOf: (example, { port, serverPort, certificate, key }) =>
    `daemon off; pid nginx.pid; error_log stderr notice;
    events {}
    http {
      access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
      ${replaced(page, example, [
        ['listen 443 ssl', `listen 127.0.0.1:${port} ssl`],
        ['game.example', 'localhost'],
        ['/etc/ssl/game.pem', certificate],
        ['/etc/ssl/game.key', key],
        ['127.0.0.1:8080', `127.0.0.1:${serverPort}`],
      ])}
    }`,
  argsOf: (configFile, folder) => ['-p', folder, '-e', 'stderr', '-c', configFile],
  ready: /start worker process \d+/,
}

const caddy: Kind = {
  name: 'caddy',
  language: 'caddyfile',
  configOf: (example, { port, serverPort, certificate, key }) =>
    `{
      admin off
      auto_https disable_redirects
      storage file_system .
    }
    ${replaced(page, example, [
      ['game.example {', `https://localhost:${port} {\n  bind 127.0.0.1\n  tls ${certificate} ${key}`],
      ['127.0.0.1:8080', `127.0.0.1:${serverPort}`],
    ])}`,
  argsOf: (configFile) => ['run', '--config', configFile, '--adapter', 'caddyfile'],
  ready: /serving initial configuration/,
}

export const kinds = { nginx, caddy }

/** A text with other places. Each one has to be in it: otherwise the page has changed, and the test would play something else. */
export function replaced(of: string, text: string, changes: readonly (readonly [old: string, by: string])[]): string {
  for (const [old] of changes) if (!text.includes(old)) throw new Error(`${of} has no "${old}" any more`)
  return changes.reduce((changed, [old, by]) => changed.replaceAll(old, by), text)
}

/** Starts a proxy with the configuration of the page before a server, on a free port. */
export async function startProxy(
  { name, language, configOf, argsOf, ready }: Kind,
  serverPort: number,
): Promise<{ port: number; end: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), `tygase-${name}-`))
  const [example] = codeBlocks(readText(page), language)
  if (example === undefined) throw new Error(`${page} has no configuration of ${name}`)
  const port = await freePort()
  const places = {
    ...{ port, serverPort },
    certificate: join(certificates, 'first-certificate.pem'),
    key: join(certificates, 'first-key.pem'),
  }
  const configFile = join(folder, 'config')
  writeFileSync(configFile, configOf(example.code, places))
  const program = new RunningProcess(await programPath(programs[name]), argsOf(configFile, folder), { HOME: folder })
  const end = async (): Promise<void> => {
    program.process.kill('SIGTERM')
    await program.exitCode
    rmSync(folder, { recursive: true })
  }
  try {
    await program.printed(ready)
  } catch (error) {
    await end()
    throw error
  }
  return { port, end }
}

/** A port that nobody has at the moment: a proxy cannot be asked which one it has taken. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
