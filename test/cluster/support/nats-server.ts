import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programPath, programs } from '../../../scripts/programs.mjs'
import { RunningProcess } from '../../browser/program.js'

/** A NATS server with JetStream, in a folder of its own, which keeps its records over a restart. */
export class NatsServer {
  readonly port: number
  readonly #program: string
  readonly #folder: string
  #process: RunningProcess | undefined

  private constructor(program: string, port: number, folder: string) {
    this.#program = program
    this.port = port
    this.#folder = folder
  }

  static async start(): Promise<NatsServer> {
    const program = await programPath(programs.nats)
    const server = new NatsServer(program, await freePort(), mkdtempSync(join(tmpdir(), 'tygase-nats-')))
    await server.start()
    return server
  }

  async start(): Promise<void> {
    const args = ['-js', '-sd', this.#folder, '-a', '127.0.0.1', '-p', String(this.port)]
    this.#process = new RunningProcess(this.#program, args)
    await this.#process.printed(/Server is ready/)
  }

  /** Ends it as `kill -9` does. */
  async kill(): Promise<void> {
    await this.#process?.end()
  }

  /** Ends it, and deletes what it has kept. */
  async close(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** @returns a port of this machine that was free a moment ago */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
