import { Worker } from 'node:worker_threads'

/** Room for one input, its length, the number of the target and a count that rises with each input. */
const headerInts = 4
const maxBytes = 8192
const place = { count: 0, length: 1, target: 2, running: 3 } as const

/** Looks once in this time; an input that is still running the next time but one hangs. */
const lookMs = 10_000

// a text, as a worker of a bundle has no file of its own
const watcher = `
const { workerData } = require('node:worker_threads')
const { writeFileSync, mkdirSync } = require('node:fs')
const { memory, names, folder, lookMs, headerInts } = workerData
const ints = new Int32Array(memory)
const bytes = new Uint8Array(memory)
let last = -1
let times = 0
setInterval(() => {
  const count = Atomics.load(ints, 0)
  times = count === last && Atomics.load(ints, 3) === 1 ? times + 1 : 0
  last = count
  if (times < 2) return
  const target = names[ints[2]]
  const hex = Buffer.from(bytes.slice(headerInts * 4, headerInts * 4 + ints[1])).toString('hex')
  mkdirSync(folder, { recursive: true })
  const file = folder + '/' + target + '-hang-' + process.pid + '.json'
  writeFileSync(file, JSON.stringify({ target, problem: 'hangs', hex }, undefined, 2) + '\\n')
  process.stderr.write('an input of ' + target + ' hangs: ' + file + '\\n', () => process.kill(process.pid, 'SIGKILL'))
}, lookMs)
`

/**
 * Notices an input that never ends, from another thread: writes it as a file and kills the process, as nothing else helps.
 */
export class Watch {
  readonly #memory = new SharedArrayBuffer(headerInts * 4 + maxBytes)
  readonly #ints = new Int32Array(this.#memory)
  readonly #bytes = new Uint8Array(this.#memory, headerInts * 4)
  readonly #names: readonly string[]
  readonly #worker: Worker

  /** @param names of all targets */
  constructor(names: readonly string[], folder: string) {
    this.#names = names
    const workerData = { memory: this.#memory, names, folder, lookMs, headerInts }
    this.#worker = new Worker(watcher, { eval: true, workerData })
    this.#worker.unref()
  }

  begin(target: string, input: Uint8Array): void {
    this.#bytes.set(input.subarray(0, maxBytes))
    this.#ints[place.length] = Math.min(input.length, maxBytes)
    this.#ints[place.target] = this.#names.indexOf(target)
    Atomics.store(this.#ints, place.running, 1)
    Atomics.add(this.#ints, place.count, 1)
  }

  end(): void {
    Atomics.store(this.#ints, place.running, 0)
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }
}
