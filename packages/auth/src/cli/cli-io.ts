import { createInterface } from 'node:readline'
import { type Readable, Writable } from 'node:stream'

/** Environment, input and output of a command line program. */
export interface CliIo {
  readonly env: Readonly<Record<string, string | undefined>>
  /** A terminal if `isTTY` is set. */
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** For results. */
  write(text: string): void
  /** For questions and errors. */
  writeError(text: string): void
}

/** The command line is wrong. */
export class UsageError extends Error {}

/** Ctrl-C was pressed at a question. */
export class InterruptedError extends Error {}

/**
 * Asks for a secret. On a terminal the typed text is not shown; otherwise it is the first line of the input. A secret in the
 * command line would be in the list of processes and in the history of the shell.
 * @param what the name of the secret: `Password` is asked for as `Password: `
 * @throws UsageError without an answer, InterruptedError for Ctrl-C
 */
export async function askSecret(io: CliIo, what: string): Promise<string> {
  const terminal = io.stdin.isTTY === true
  if (terminal) io.writeError(`${what}: `)
  // readline echoes the typed text to its output
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

/** Asks for a new secret, twice on a terminal. @throws UsageError if the two differ */
export async function askNewSecret(io: CliIo, what: string): Promise<string> {
  const secret = await askSecret(io, what)
  if (io.stdin.isTTY === true && (await askSecret(io, `${what} again`)) !== secret) {
    throw new UsageError('the two are not the same')
  }
  return secret
}
