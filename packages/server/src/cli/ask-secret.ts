import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { CliIo } from './cli-io.js'
import { InterruptedError, UsageError } from './usage-error.js'

/**
 * Asks for a text that nobody should see: on a terminal without showing what is typed, otherwise the first line of what is
 * piped in. On the command line it would be in the list of processes and in the history of the shell.
 * @param what a password, say; asked for as `Password: `
 * @throws UsageError where nothing comes, InterruptedError for Ctrl-C
 */
export async function askSecret(io: CliIo, what: string): Promise<string> {
  const terminal = io.stdin.isTTY === true
  if (terminal) io.writeError(`${what}: `)
  // readline shows what is typed by its output
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: io.stdin, output, terminal, historySize: 0 })
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve)
      lines.once('SIGINT', () => reject(new InterruptedError('interrupted')))
      lines.once('close', () => reject(new UsageError(`no ${what.toLowerCase()} was given`)))
    })
  } finally {
    lines.close()
    if (terminal) io.writeError('\n')
  }
}

/** The same for a new secret: on a terminal it is asked for twice. @throws UsageError where the two differ */
export async function askNewSecret(io: CliIo, what: string): Promise<string> {
  const secret = await askSecret(io, what)
  if (io.stdin.isTTY === true && (await askSecret(io, `${what} again`)) !== secret) {
    throw new UsageError('the two are not the same')
  }
  return secret
}
