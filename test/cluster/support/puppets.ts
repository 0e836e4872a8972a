import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { RemoteEngine, readRemote } from '../../../packages/cluster/test/support/remote-engine.js'
import { buildProgram } from './build-program.js'

let program = ''

/** Makes the program of worker processes. @returns its file */
export async function buildPuppet(): Promise<string> {
  program = await buildProgram('packages/cluster/test/support/puppet-process.ts')
  return program
}

/** A worker process of `node:cluster` with an engine. */
export interface PuppetWorker {
  readonly worker: Worker
  /** Its first engine. */
  readonly engine: RemoteEngine
  /** Takes a new engine in place of the last one. */
  open(): Promise<RemoteEngine>
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>
}

/** @param args of its program */
export function startWorker(args: string[] = []): Worker {
  cluster.setupPrimary({ exec: program, execArgv: [], args, silent: args.length > 0 })
  return cluster.fork()
}

/** Starts a worker. @returns once its engine is connected */
export async function startPuppet(): Promise<PuppetWorker> {
  const worker = startWorker()
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('exit', (code) => reject(new Error(`the worker has ended with ${code}`)))
    worker.on('message', (message) => {
      if (readRemote<{ ready?: true }>(message)?.ready) resolve()
    })
  })
  const channel = {
    send: (message: { remote: string }) => {
      if (worker.isConnected()) worker.send(message)
    },
    onMessage: (listener: (message: unknown) => void) => {
      worker.on('message', listener)
      return () => void worker.off('message', listener)
    },
  }
  const engine = new RemoteEngine(channel)
  let last = engine
  const open = async (): Promise<RemoteEngine> => {
    last.detach()
    last = new RemoteEngine(channel)
    await last.open()
    return last
  }
  await ready
  const kill = async (): Promise<void> => {
    if (worker.isDead()) return
    const exit = once(worker, 'exit')
    worker.process.kill('SIGKILL')
    await exit
  }
  return { worker, engine, open, kill }
}
