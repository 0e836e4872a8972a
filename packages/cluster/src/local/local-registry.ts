import cluster, { type Worker } from 'node:cluster'
import { randomInt } from 'node:crypto'
import { Socket } from 'node:net'
import { guarded, guardedClock, type LoggerOption, systemClock, toLogger } from '@tygase/gamestate/internal'
import { ClusterError } from '../errors.js'
import { Hub, type HubLink } from '../hub/hub.js'
import type { ToHub } from '../hub/messages.js'
import { type Envelope, envelopeOf, Outbox, readMessage, SocketOutbox, socketSubject, writeMessage } from './ipc.js'

/** One engine of a worker process. */
interface LocalLink {
  readonly hub: HubLink
  readonly outbox: Outbox
}

/**
 * Keeps the records of a cluster on one machine, in the primary process of `node:cluster`, and passes on what its workers send. Each
 * worker calls `localEngine`. If a worker dies, its wills are written at once. Records live as long as the primary.
 * @returns a function that ends it: engines of workers get no answers any more
 * @throws ClusterError `invalid_argument` in a worker
 */
export function localRegistry(options: { logger?: LoggerOption } = {}): () => void {
  if (!cluster.isPrimary) throw new ClusterError('invalid_argument', 'localRegistry is for the primary, not a worker')
  const logger = toLogger(options.logger)
  const hub = new Hub(guardedClock(systemClock, logger), () => randomInt(2 ** 32) / 2 ** 32)
  const links = new Map<Worker, Map<number, LocalLink>>()
  const socketOutboxes = new Map<Worker, SocketOutbox>()

  const linkOf = (worker: Worker, engine: number): LocalLink => {
    const ofWorker = links.get(worker) ?? new Map<number, LocalLink>()
    links.set(worker, ofWorker)
    const known = ofWorker.get(engine)
    if (known !== undefined) return known
    const post = (envelope: Envelope, done: () => void): void => {
      // a worker whose channel is closed gets nothing, and its end is heard of by itself
      if (worker.isConnected()) worker.process.send(envelope, undefined, {}, done)
    }
    const outbox = new Outbox(post, () => link.hub.repeat())
    const send = (text: string): void => outbox.send({ tygase: 'cluster', engine, text })
    const link: LocalLink = { hub: hub.connect((message) => send(writeMessage(message))), outbox }
    ofWorker.set(engine, link)
    return link
  }
  /** A socket for which there is no worker is cut: its client tries again. */
  const passOn = (name: string, text: string, socket: unknown): void => {
    if (!(socket instanceof Socket)) return
    for (const [worker, ofWorker] of links) {
      for (const [engine, { hub: hubLink }] of ofWorker) {
        if (!hubLink.answers(socketSubject(name)) || !worker.isConnected()) continue
        const outbox = socketOutboxes.get(worker) ?? new SocketOutbox(worker.process)
        socketOutboxes.set(worker, outbox)
        return outbox.send({ tygase: 'cluster', engine, name, text }, socket)
      }
    }
    socket.destroy()
  }
  const onMessage = guarded(
    logger,
    'a message of a worker failed',
    (worker: Worker, message: unknown, socket: unknown) => {
      const envelope = envelopeOf(message)
      if (envelope === undefined) return
      const { engine, text, name } = envelope
      if (name !== undefined) return passOn(name, text ?? '', socket)
      const { hub: hubLink, outbox } = linkOf(worker, engine)
      if (text === undefined) outbox.send({ tygase: 'cluster', engine })
      else hubLink.receive(readMessage<ToHub>(text))
    },
  )
  const onDisconnect = guarded(logger, 'the disconnect of a worker failed', (worker: Worker) => {
    for (const link of links.get(worker)?.values() ?? []) link.hub.mute()
  })
  const onExit = guarded(logger, 'the end of a worker failed', (worker: Worker) => {
    for (const link of links.get(worker)?.values() ?? []) link.hub.end(true)
    links.delete(worker)
    socketOutboxes.get(worker)?.close()
    socketOutboxes.delete(worker)
  })
  cluster.on('message', onMessage)
  cluster.on('disconnect', onDisconnect)
  cluster.on('exit', onExit)
  return () => {
    cluster.off('message', onMessage).off('disconnect', onDisconnect).off('exit', onExit)
  }
}
