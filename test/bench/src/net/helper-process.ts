import { type ChildProcess, fork } from 'node:child_process'
import type { ClientQuestions, Reply, ServerQuestions } from './questions.js'

/** Longer than joining a thousand clients or any window takes. */
const answerTimeoutMs = 90_000

type QuestionMap<Kinds> = { [Kind in keyof Kinds]: { question: object; answer: unknown } }

/** A process that does one part of the work and answers questions, one at a time. */
export class HelperProcess<Kinds extends QuestionMap<Kinds>> {
  readonly #process: ChildProcess
  readonly #name: string
  readonly #timeoutMs: number

  /**
   * @param program what it runs: one that calls `answerParent`
   * @param options.flags of Node @param options.args of the program
   */
  constructor(
    name: string,
    program: URL,
    options: { flags?: readonly string[]; args?: readonly string[]; timeoutMs?: number } = {},
  ) {
    const { flags = [], args = [], timeoutMs = answerTimeoutMs } = options
    this.#name = name
    this.#timeoutMs = timeoutMs
    // what the compared systems print is not for the terminal, what they complain about is
    this.#process = fork(program, args, {
      execArgv: ['--expose-gc', ...flags],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  }

  /** @throws Error with what went wrong over there, or when no answer comes in time */
  ask<Kind extends keyof Kinds>(kind: Kind, question: Kinds[Kind]['question']): Promise<Kinds[Kind]['answer']> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer)
        this.#process.off('exit', leave)
        this.#process.off('message', read)
        finish()
      }
      const leave = (code: number | null) =>
        settle(() => reject(new Error(`The ${this.#name} process has ended with ${code}.`)))
      const read = (reply: Reply) =>
        settle(() => ('error' in reply ? reject(new Error(reply.error)) : resolve(reply.answer)))
      const timer = setTimeout(
        () => settle(() => reject(new Error(`The ${this.#name} process did not answer "${String(kind)}".`))),
        this.#timeoutMs,
      )
      this.#process.once('exit', leave)
      this.#process.once('message', read)
      this.#process.send({ kind, ...question })
    })
  }

  /** @returns once the process has gone */
  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const gone = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill('SIGKILL')
    await gone
  }
}

/** Starts a server's and a clients' process for some work and ends them, whatever happens. */
export async function withProcesses<Result>(
  work: (server: HelperProcess<ServerQuestions>, client: HelperProcess<ClientQuestions>) => Promise<Result>,
): Promise<Result> {
  const server = new HelperProcess<ServerQuestions>('server', new URL('./server-process.js', import.meta.url))
  const client = new HelperProcess<ClientQuestions>('client', new URL('./client-process.js', import.meta.url))
  try {
    return await work(server, client)
  } finally {
    await Promise.all([server.end(), client.end()])
  }
}
