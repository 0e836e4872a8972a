import { setTimeout as sleep } from 'node:timers/promises'
import { HelperProcess } from '../net/helper-process.js'
import type { AttackCounts } from './attacker.js'
import type {
  AttackQuestions,
  HoldFigures,
  HoldServerQuestions,
  HonestFigures,
  HonestQuestions,
  SentMember,
} from './processes/questions.js'

/** Players beside the attackers. */
const honestClients = 20
/** Time for the honest clients to play in, and for what the attackers have prepared to be worked off. */
const settleSeconds = 0.7
/** A server that is held answers late. */
const timeoutMs = 120_000

export interface Attack {
  /** The root of the checkout whose server is attacked. */
  readonly root: string
  /** The attackers take them in turn. None: nothing is sent. */
  readonly members: readonly SentMember[]
  readonly attackers: number
  readonly seconds: number
  readonly isPaused?: boolean
  /** Heap of the server, in MB; that of Node if it is left out. */
  readonly maxHeapMb?: number
}

export interface AttackFigures {
  readonly server: HoldFigures
  readonly honest: HonestFigures
  readonly attack: AttackCounts
}

const program = (name: string): URL => new URL(`./processes/${name}.js`, import.meta.url)

/** Addresses of this machine, one for each attacker. */
function addressesOf(attackers: number): string[] {
  return Array.from({ length: attackers }, (_, index) => `127.0.0.${index + 2}`)
}

/**
 * Lets attackers send for a while to a server in a process of its own, beside honest clients in another one.
 * @throws Error if a process ends
 */
export async function measureAttack(attack: Attack): Promise<AttackFigures> {
  const { root, members, attackers, seconds, isPaused = false, maxHeapMb } = attack
  const flags = maxHeapMb === undefined ? [] : [`--max-old-space-size=${maxHeapMb}`]
  const server = new HelperProcess<HoldServerQuestions>('server', program('server-process'), { flags, timeoutMs })
  const honest = new HelperProcess<HonestQuestions>('honest', program('honest-process'), { timeoutMs })
  const attacking = new HelperProcess<AttackQuestions>('attacking', program('attack-process'), { timeoutMs })
  try {
    const { port } = await server.ask('open', { root, isPaused })
    await honest.ask('open', { root, port, clients: honestClients })
    await attacking.ask('open', { root, port, members, addresses: members.length === 0 ? [] : addressesOf(attackers) })
    await sleep(settleSeconds * 1000)
    await Promise.all([server.ask('begin', {}), honest.ask('begin', {})])
    await attacking.ask('begin', {})
    await sleep(seconds * 1000)
    const counts = await attacking.ask('end', {})
    return { server: await server.ask('end', {}), honest: await honest.ask('end', {}), attack: counts }
  } finally {
    await Promise.all([server.end(), honest.end(), attacking.end()])
  }
}

/** Tries members over sockets, one after the other, against one server. */
export class SocketScale {
  readonly #root: string
  readonly #seconds: number
  readonly #server: HelperProcess<HoldServerQuestions>
  readonly #attacking: HelperProcess<AttackQuestions>
  #port: number | undefined

  constructor(root: string, seconds: number) {
    this.#root = root
    this.#seconds = seconds
    this.#server = new HelperProcess('server', program('server-process'), { timeoutMs })
    this.#attacking = new HelperProcess('attacking', program('attack-process'), { timeoutMs })
  }

  /** @returns what the member has cost beyond a quiet server; memory is that at its peak */
  async measure(member: SentMember) {
    const [root, server, attacking] = [this.#root, this.#server, this.#attacking]
    this.#port ??= (await server.ask('open', { root, isPaused: false })).port
    await attacking.ask('open', { root, port: this.#port, members: [member], addresses: addressesOf(1) })
    await server.ask('begin', {})
    const before = await server.ask('end', {})
    await server.ask('begin', {})
    await attacking.ask('begin', {})
    await sleep(this.#seconds * 1000)
    const { bytes, connections } = await attacking.ask('end', {})
    const { cpuMs, heapMb } = await server.ask('end', {})
    return {
      bytes: Math.max(1, bytes),
      packets: 1,
      microseconds: cpuMs * 1000,
      heapBytes: Math.max(0, heapMb - before.heapMb) * 2 ** 20,
      isClosed: connections > 5,
    }
  }

  async end(): Promise<void> {
    await Promise.all([this.#server.end(), this.#attacking.end()])
  }
}
