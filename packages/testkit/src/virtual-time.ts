import { SimulationError } from './errors.js'
import { VirtualClock } from './virtual-clock.js'

/** After so many calls the real event loop gets a turn, so that a test runner can work beside a long simulation. */
const turnsBetweenBreaths = 4096

/** More calls than this at one moment mean that a callback schedules itself again and again without delay. */
const maxTurnsAtOnce = 100_000

/** The functions of Node that run a callback outside of promises. A browser has neither. */
interface NodeTasks {
  readonly process?: { nextTick?(callback: () => void): void }
  setImmediate?(callback: () => void): void
}

/** The part of a `MessagePort` that makes a new task. */
interface TaskPort {
  onmessage: (() => void) | null
  postMessage(message: unknown): void
  /** Of Node: the port does not keep its process alive. */
  unref?(): void
}

const node = globalThis as NodeTasks

/** Calls back when all settled promises have been followed up. Node runs its queue of ticks then; a browser needs a new task. */
const afterPromises = node.process?.nextTick ?? inNewTask

/** Sends itself a message for each new task. One for all: to make and to close a channel takes longer than most tasks. */
let taskPort: TaskPort | undefined
const tasks: (() => void)[] = []

function inNewTask(callback: () => void): void {
  tasks.push(callback)
  taskPort ??= openTaskPort()
  taskPort.postMessage(undefined)
}

function openTaskPort(): TaskPort {
  const { port1, port2 } = new MessageChannel() as unknown as { port1: TaskPort; port2: TaskPort }
  port1.onmessage = () => tasks.shift()?.()
  port1.unref?.()
  return port2
}

/**
 * Moves a virtual clock from call to call. After each call all promises are followed up before time goes on, as the event
 * loop does between two timers. So an `await` takes no virtual time, and the real event loop has no influence.
 */
export class VirtualTime {
  readonly clock = new VirtualClock()
  #isMoving = false
  #turns = 0
  #turnsAtOnce = 0

  /**
   * @param untilMs the end, on the clock
   * @param isDone ends the move early; called before the first call and after each one. May throw.
   * @returns true if `isDone` has ended it
   * @throws SimulationError `time_moves_already` if an earlier call has not resolved yet; `time_stands_still` if calls
   * without delay follow each other without end
   */
  async moveTo(untilMs: number, isDone: () => boolean): Promise<boolean> {
    if (this.#isMoving) {
      throw new SimulationError('time_moves_already', 'time is being moved already: await one call before the next')
    }
    this.#isMoving = true
    try {
      // the caller may not run in a promise
      await undefined
      await new Promise<void>(afterPromises)
      while (!isDone()) {
        if (this.clock.nextMs > untilMs) {
          this.clock.runUntil(untilMs)
          return false
        }
        this.#turn()
        await new Promise<void>(afterPromises)
        if (++this.#turns % turnsBetweenBreaths === 0) await new Promise<void>(node.setImmediate ?? inNewTask)
      }
      return true
    } finally {
      this.#isMoving = false
    }
  }

  #turn(): void {
    const before = this.clock.now()
    this.clock.runNext()
    this.#turnsAtOnce = this.clock.now() === before ? this.#turnsAtOnce + 1 : 0
    if (this.#turnsAtOnce < maxTurnsAtOnce) return
    this.#turnsAtOnce = 0
    throw new SimulationError('time_stands_still', `${maxTurnsAtOnce} calls have followed each other at ${before} ms`)
  }
}
