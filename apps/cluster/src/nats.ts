import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from './connections.js'

const startTimeoutMs = 30_000

/** A NATS server that was started here. */
export interface Nats {
  readonly port: number
  end(): Promise<void>
}

/**
 * Starts a NATS server with JetStream.
 * @param program its file, or its name on the `PATH`
 * @param folder for its records
 * @throws Error (as a rejection) with a sentence for people
 */
export async function startNats(program: string, folder: string): Promise<Nats> {
  const port = await freePort()
  const args = ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port)]
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    let output = ''
    const fail = (why: string): void => reject(new Error(`${program} ${why}. ${output}`))
    const timer = setTimeout(() => fail('has not started in time'), startTimeoutMs)
    child.once('error', (error) => fail(`cannot be run: ${error.message}`))
    child.once('exit', (code) => fail(`has ended with ${code}`))
    child.stderr.on('data', (text: Buffer) => {
      output = `${output}${text}`.slice(-2000)
      if (!output.includes('Server is ready')) return
      clearTimeout(timer)
      resolve()
    })
  })
  const end = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    await ended
  }
  return { port, end }
}
