import type { Compiled, Mistake } from '../code/compile.js'
import type { Sources } from '../share/shared-run.js'

/** Types of a stranger may keep the compiler busy for ever. */
const patienceMs = 30_000

export type CompilerTask = 'compile' | 'check'

/** The compiler in a worker of its own. It is loaded with the first call: it is far larger than all the rest. */
export class Compiler {
  #worker: Worker | undefined
  #calls = 0
  readonly #waiting = new Map<number, (answer: unknown) => void>()

  /** @throws Error if the compiler cannot be loaded, or takes too long */
  compile(sources: Sources): Promise<Compiled> {
    return this.#call('compile', sources) as Promise<Compiled>
  }

  /** All that the types do not allow, too. */
  check(sources: Sources): Promise<readonly Mistake[]> {
    return this.#call('check', sources) as Promise<readonly Mistake[]>
  }

  #call(task: CompilerTask, sources: Sources): Promise<unknown> {
    const id = ++this.#calls
    const worker = this.#start()
    return new Promise((resolve, reject) => {
      const giveUp = (why: string): void => {
        worker.terminate()
        if (this.#worker === worker) this.#worker = undefined
        this.#waiting.delete(id)
        reject(new Error(why))
      }
      const timer = setTimeout(() => giveUp('The compiler takes too long.'), patienceMs)
      worker.addEventListener('error', () => giveUp('The compiler cannot be loaded.'), { once: true })
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer)
        this.#waiting.delete(id)
        resolve(answer)
      })
      worker.postMessage({ id, task, sources })
    })
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker
    this.#worker = new Worker(new URL('../code/compiler-worker.ts', import.meta.url))
    this.#worker.onmessage = ({ data }: MessageEvent<{ id: number; answer: unknown }>) => {
      this.#waiting.get(data.id)?.(data.answer)
    }
    return this.#worker
  }
}
