import { BreakableProxy } from './breakable-proxy.js'
import type { Peer, PeerClient, PeerServer } from './peer.js'

/** What a system does in one case, in a few words. */
export interface CaseRow {
  readonly name: string
  readonly system: string
  readonly outcome: string
}

interface Stage {
  readonly server: PeerServer
  readonly client: PeerClient
  readonly proxy: BreakableProxy
}

type Case = (stage: Stage) => Promise<string>

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Longer than any of them takes to reconnect. */
const settleMs = 6000

/** Five events while the connection is broken, then time to come back. */
async function tellInTheGap({ server, client, proxy }: Stage, breakIt: () => void): Promise<string> {
  const id = client.id()
  proxy.shut()
  breakIt()
  await pause(100)
  for (let number = 1; number <= 5; number++) server.tell(number)
  await pause(300)
  proxy.heal()
  await pause(settleMs)
  server.tell(6)
  await pause(500)
  const heard = client.told.filter((number) => number >= 1 && number <= 5)
  const kept = client.id() === id ? 'the same session' : 'another session'
  const after = client.told.includes(6) ? '' : ', and hears nothing afterwards'
  const back = client.isConnected() ? `back in ${kept}` : 'not back'
  return `${back}; ${heard.length} of 5 events of the gap heard${new Set(heard).size < heard.length ? ', some twice' : ''}${after}`
}

/** Every change is some 60 KB; nothing is read for so long. */
const slowSeconds = 8

const cases: Readonly<Record<string, Case>> = {
  'cut before any event': (stage) => tellInTheGap(stage, () => stage.proxy.cut()),
  'cut after an event': async (stage) => {
    stage.server.tell(0)
    await pause(300)
    return tellInTheGap(stage, () => stage.proxy.cut())
  },
  'half-open: the server does not notice that the client has gone': async (stage) => {
    stage.server.tell(0)
    await pause(300)
    return tellInTheGap(stage, () => stage.proxy.abandon())
  },
  'two clients with one token': async ({ server, client, proxy }) => {
    let second: PeerClient | undefined
    try {
      second = await Promise.race([
        client.twin(proxy.port),
        pause(3000).then(() => Promise.reject(new Error('no answer'))),
      ])
    } catch (error) {
      return `the second one is refused: ${error instanceof Error ? error.message : String(error)}`
    }
    if (second === undefined) return 'users have no way to try'
    await pause(1000)
    server.tell(9)
    await pause(500)
    const describe = (one: PeerClient): string =>
      `${one.isConnected() ? 'connected' : 'closed'}, ${one.told.includes(9) ? 'hears' : 'hears nothing'}`
    const outcome = `the first ${describe(client)}; the second ${describe(second)}`
    second.leave()
    return outcome
  },
  'a reader that stops for 8 s under deltas of 60 KB at 20 Hz': async ({ server, client, proxy }) => {
    const before = memory()
    proxy.hold()
    let most = 0
    for (let tick = 0; tick < slowSeconds * 20; tick++) {
      server.changeState()
      await pause(50)
      most = Math.max(most, memory() - before)
    }
    proxy.release()
    await pause(settleMs)
    const state = client.hasState() ? 'the replica is right' : 'the replica is wrong'
    const errors = client.errors.length > 0 ? `, ${client.errors.length} of its errors` : ''
    return `${client.isConnected() ? 'connected' : 'closed'}; ${state}${errors}; ${(most / 1e6).toFixed(1)} MB more in use at most`
  },
}

export const caseNames: readonly string[] = Object.keys(cases)

export async function runCase(name: string, peer: Peer): Promise<CaseRow> {
  const server = await peer.serve()
  const proxy = await BreakableProxy.to(server.port)
  const client = await peer.connect(proxy.port, server)
  try {
    await pause(300)
    return { name, system: peer.name, outcome: await cases[name]!({ server, client, proxy }) }
  } finally {
    client.leave()
    proxy.close()
    await Promise.race([server.close(), pause(2000)])
  }
}

function memory(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
