import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Reply, RequestKind, Requests } from './requests.js'

/**
 * A process of its own in which one system plays one scene. Processes keep the systems out of each other's heap and
 * compiled code; they work one after the other, never at once.
 */
export class Player {
  readonly #process: ChildProcess

  /** @param program that of another checkout, to be compared with this one. Default: this one's */
  constructor(program = new URL('./child.js', import.meta.url)) {
    // code that is thrown away and compiled again would be counted as heap
    this.#process = fork(fileURLToPath(program), {
      execArgv: ['--expose-gc', '--no-flush-bytecode'],
    })
  }

  /** @throws Error with what went wrong over there; not before the last answer is there */
  ask<Kind extends RequestKind>(kind: Kind, request: Requests[Kind]['request']): Promise<Requests[Kind]['answer']> {
    return new Promise((resolve, reject) => {
      const leave = (code: number | null) => reject(new Error(`A process that played has ended with ${code}.`))
      this.#process.once('exit', leave)
      this.#process.once('message', (reply: Reply) => {
        this.#process.off('exit', leave)
        if ('error' in reply) reject(new Error(reply.error))
        else resolve(reply.answer as Requests[Kind]['answer'])
      })
      this.#process.send({ kind, ...request })
    })
  }

  end(): void {
    this.#process.kill()
  }
}

/** Lets players do something and ends them, whatever happens. */
export async function withPlayers<Result>(
  count: number,
  work: (players: readonly Player[]) => Promise<Result>,
): Promise<Result> {
  const players = Array.from({ length: count }, () => new Player())
  try {
    return await work(players)
  } finally {
    for (const player of players) player.end()
  }
}
