import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A program in a process of its own that answers questions, one after the other. */
export class HelperProcess {
  readonly #child: ChildProcess

  /** @param name of the bundle beside this one */
  constructor(name: string, nodeOptions: readonly string[] = []) {
    this.#child = fork(fileURLToPath(new URL(`./${name}.mjs`, import.meta.url)), [], {
      execArgv: ['--enable-source-maps', ...nodeOptions],
    })
  }

  /** @throws Error when the process ends, or fails at the task */
  ask<Answer>(task: string, argument?: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`a process ended with ${code} during "${task}"`))
      this.#child.once('exit', onExit)
      this.#child.once('message', (message: { answer?: Answer; error?: string }) => {
        this.#child.off('exit', onExit)
        if (message.error !== undefined) reject(new Error(`"${task}" failed: ${message.error}`))
        else resolve(message.answer as Answer)
      })
      this.#child.send({ task, argument })
    })
  }

  end(): void {
    this.#child.kill()
  }
}

/** For such a program: answers its tasks. */
export function answerTasks(tasks: Readonly<Record<string, (argument: never) => unknown>>): void {
  process.on('message', async ({ task, argument }: { task: string; argument: never }) => {
    try {
      process.send!({ answer: await tasks[task]!(argument) })
    } catch (error) {
      process.send!({ error: error instanceof Error ? error.message : String(error) })
    }
  })
  // the asking process has ended
  process.on('disconnect', () => process.exit())
}
