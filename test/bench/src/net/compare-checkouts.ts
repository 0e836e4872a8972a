import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { PairedRatios } from '../against.js'
import { HelperProcess } from './helper-process.js'
import { roomFiguresOf } from './measure-room.js'
import type { ClientQuestions, RequestFigures, ServerQuestions } from './questions.js'

/** How two checkouts are compared. */
export interface PairEffort {
  readonly pairs: number
  readonly clients: number
  readonly warmUpSeconds: number
  /** Of a window of processor time. */
  readonly seconds: number
  /** Of each kind of requests. */
  readonly requestSeconds: number
}

/** Fewer pairs say little about a difference of a few per cent. */
export const wholePairs: PairEffort = { pairs: 15, clients: 200, warmUpSeconds: 6, seconds: 4, requestSeconds: 1 }
export const quickPairs: PairEffort = { pairs: 3, clients: 200, warmUpSeconds: 3, seconds: 2, requestSeconds: 0.5 }

/** Pairs that may fail. */
const mostFailures = 5

/** A server and its clients, each in a process, of one checkout. */
interface Processes {
  readonly server: HelperProcess<ServerQuestions>
  readonly client: HelperProcess<ClientQuestions>
}

/** This checkout and the other one. */
type Two<T> = readonly [own: T, other: T]

/**
 * Compares the servers of this checkout and of another one, pair by pair, in fresh processes for each pair. Processor time is
 * taken in one window for both at once, so that other work of the machine meets both; requests are made in turn. The one that
 * begins changes from pair to pair.
 * @param folder the root of the other checkout, with its benchmarks built (`npx tsc -b test/bench`)
 * @param onPair called after each pair, with the number of those that are done
 * @returns ratios of costs: above 1 this checkout costs more
 * @throws Error if there is no such checkout
 */
export async function compareNet(
  folder: string,
  effort: PairEffort,
  onPair: (pair: number) => void = () => {},
): Promise<PairedRatios[]> {
  const other = join(resolve(folder), 'test/bench/dist/net/')
  if (!existsSync(join(other, 'server-process.js'))) {
    throw new Error(`${other} has no programs: build the benchmarks of the other checkout first.`)
  }
  const folders = [new URL('.', import.meta.url), pathToFileURL(other)] as const
  const pairs: PairOfCosts[] = []
  for (let attempt = 0; pairs.length < effort.pairs; attempt++) {
    try {
      pairs.push(await measurePair(folders, attempt % 2 === 0 ? [0, 1] : [1, 0], effort))
    } catch (error) {
      // a machine with much other work may refuse clients for a moment; a checkout that cannot do it fails each time
      if (attempt - pairs.length >= mostFailures) throw error
      continue
    }
    onPair(pairs.length)
  }
  return [
    { measure: 'processor time', ratios: pairs.map(({ cpu }) => cpu) },
    { measure: 'one request', ratios: pairs.map(({ single }) => single) },
    { measure: '64 requests', ratios: pairs.map(({ pipelined }) => pipelined) },
    { measure: 'processor time of a request', ratios: pairs.map(({ cpuOfRequest }) => cpuOfRequest) },
  ]
}

/** Ratios of one pair. */
interface PairOfCosts {
  readonly cpu: number
  readonly single: number
  readonly pipelined: number
  readonly cpuOfRequest: number
}

/** Requests of one checkout, and what its server took for each. */
interface RequestCosts extends RequestFigures {
  readonly cpuMicroseconds: number
}

async function measurePair(folders: Two<URL>, order: readonly (0 | 1)[], effort: PairEffort): Promise<PairOfCosts> {
  const [ownCpu, otherCpu] = await withTwo(folders, (two) => measureTwo(two, order, effort))
  const [own, other] = await withTwo(folders, (two) => requestInTurn(two, order, effort.requestSeconds))
  return {
    cpu: ownCpu / otherCpu,
    // requests per second are better the more there are
    single: other.single.perSecond / own.single.perSecond,
    pipelined: other.pipelined.perSecond / own.pipelined.perSecond,
    cpuOfRequest: own.cpuMicroseconds / other.cpuMicroseconds,
  }
}

async function measureTwo(two: Two<Processes>, order: readonly (0 | 1)[], effort: PairEffort): Promise<Two<number>> {
  const { clients, warmUpSeconds, seconds } = effort
  for (const place of order) {
    const { server, client } = two[place]
    const { port } = await server.ask('open', { system: 'tygase' })
    await client.ask('open', { system: 'tygase', port, clients })
  }
  await Promise.all(two.flatMap(({ server, client }) => [server.ask('settle', {}), client.ask('settle', {})]))
  await sleep(warmUpSeconds * 1000)
  const inOrder = order.map((place) => two[place])
  for (const { client, server } of inOrder) await Promise.all([client.ask('begin', {}), server.ask('begin', {})])
  await sleep(seconds * 1000)
  const figures = new Map<Processes, number>()
  for (const processes of inOrder) {
    const [ofServer, ofClients] = await Promise.all([processes.server.ask('end', {}), processes.client.ask('end', {})])
    figures.set(processes, roomFiguresOf('tygase', clients, ofServer, ofClients).cpuPerClientTick)
  }
  return [figures.get(two[0])!, figures.get(two[1])!]
}

async function requestInTurn(
  two: Two<Processes>,
  order: readonly (0 | 1)[],
  seconds: number,
): Promise<Two<RequestCosts>> {
  const figures = new Map<number, RequestCosts>()
  for (const place of order) {
    const { server, client } = two[place]
    const { port } = await server.ask('open', { system: 'tygase' })
    await server.ask('begin', {})
    const made = await client.ask('request', { system: 'tygase', port, seconds })
    const { cpuMicroseconds } = await server.ask('end', {})
    const requests = (made.single.perSecond + made.pipelined.perSecond) * seconds
    figures.set(place, { ...made, cpuMicroseconds: cpuMicroseconds / requests })
  }
  return [figures.get(0)!, figures.get(1)!]
}

async function withTwo<Result>(folders: Two<URL>, work: (two: Two<Processes>) => Promise<Result>): Promise<Result> {
  const start = (folder: URL): Processes => ({
    server: new HelperProcess('server', new URL('server-process.js', folder)),
    client: new HelperProcess('client', new URL('client-process.js', folder)),
  })
  const two = [start(folders[0]), start(folders[1])] as const
  try {
    return await work(two)
  } finally {
    await Promise.all(two.flatMap(({ server, client }) => [server.end(), client.end()]))
  }
}
