// The process of the honest clients, which ask again and again.
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Client from '@tygase/client'
import { answerParent } from '../../net/answer-parent.js'
import { percentile } from '../../net/percentile.js'
import { roomPath } from '../attacker.js'
import type { HonestQuestions } from './questions.js'

/** Time between two requests of one client. */
const pauseMs = 100
/** A machine with much other work takes long. */
const connectTimeoutMs = 30_000

let connections: Client.Connection[] = []
let waits: number[] = []
let isMeasured = false
const open = new Set<number>()

answerParent<HonestQuestions>({
  async open({ root, port, clients }) {
    const { connect } = (await import(
      pathToFileURL(join(resolve(root), 'packages/client/dist/index.js')).href
    )) as typeof Client
    const url = `ws://127.0.0.1:${port}${roomPath}`
    connections = []
    while (connections.length < clients) {
      connections.push(await connect(url, { logger: false, timeoutMs: connectTimeoutMs }))
    }
    for (const [index, connection] of connections.entries()) {
      setTimeout(() => setInterval(() => ask(connection), pauseMs), (index * pauseMs) / clients)
    }
    return null
  },
  begin() {
    waits = []
    open.clear()
    isMeasured = true
    return null
  },
  end() {
    isMeasured = false
    const now = performance.now()
    const late = [...open].map((sentMs) => now - sentMs)
    const all = [...waits, ...late]
    return {
      requests: all.length,
      unanswered: late.length,
      p50Ms: percentile(all, 0.5),
      p99Ms: percentile(all, 0.99),
      connected: connections.filter(({ status }) => status === 'connected').length,
    }
  },
})

function ask(connection: Client.Connection): void {
  const sentMs = performance.now()
  const wasMeasured = isMeasured
  if (wasMeasured) open.add(sentMs)
  const settle = (): void => {
    if (!open.delete(sentMs) || !isMeasured) return
    waits.push(performance.now() - sentMs)
  }
  // a refusal is an answer; a connection that is lost shows in the number of those that are connected
  connection.request('count' as never).then(settle, settle)
}
