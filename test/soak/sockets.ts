import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { HelperProcess } from './helper-process.js'
import { describeMeasure, growthBetween, type Measure } from './measure.js'
import type { SoakOptions } from './options.js'

/** Clients that come and go before the first measure: until then the runtime compiles and fills its caches. */
const warmUpCycles = 2000

interface Stage {
  url: string
  server: HelperProcess
  clients: HelperProcess
}

/** Runs a server and clients in processes of their own and ends them. */
async function withStage<T>(play: (stage: Stage) => Promise<T>): Promise<T> {
  const server = new HelperProcess('server-process', ['--expose-gc'])
  const clients = new HelperProcess('client-process')
  try {
    const url = `ws://localhost:${await server.ask<number>('listen')}`
    await clients.ask('cycle', { url, cycles: warmUpCycles })
    return await play({ url, server, clients })
  } finally {
    server.end()
    clients.end()
  }
}

/** @returns whether heap and handles of the server were flat */
export function connectInCycles({ cycles }: SoakOptions): Promise<boolean> {
  return withStage(async ({ url, server, clients }) => {
    const beganAt = performance.now()
    const start = await server.ask<Measure>('measure')
    console.log(`cycles: at the start ${describeMeasure(start)}`)
    let end = start
    for (let done = 0; done < cycles; ) {
      const count = Math.min(Math.ceil(cycles / 5), cycles - done)
      await clients.ask('cycle', { url, cycles: count })
      done += count
      end = await server.ask<Measure>('measure')
      const seconds = ((performance.now() - beganAt) / 1000).toFixed(0)
      console.log(`cycles: after ${done} in ${seconds} s ${describeMeasure(end)}`)
    }
    return judge('cycles', start, end)
  })
}

/** @returns whether heap and handles of the server were flat, and everybody was there to the end */
export function holdIdleClients({ clients: count, minutes }: SoakOptions): Promise<boolean> {
  return withStage(async ({ url, server, clients }) => {
    const empty = await server.ask<Measure>('measure')
    console.log(`idle: without clients ${describeMeasure(empty)}`)
    await clients.ask('hold', { url, clients: count })
    // until round-trip times are measured and nothing is left to send
    await sleep(5000)
    const start = await server.ask<Measure>('measure')
    console.log(`idle: with ${count} clients ${describeMeasure(start)}`)
    let end = start
    const untilMs = performance.now() + minutes * 60_000
    while (performance.now() < untilMs) {
      await sleep(Math.min(60_000, untilMs - performance.now()))
      end = await server.ask<Measure>('measure')
      console.log(`idle: ${describeMeasure(end)}`)
    }
    const connected = await clients.ask<number>('connected')
    if (connected < count) console.log(`idle: only ${connected} of ${count} are still connected`)
    await clients.ask('release')
    const after = await measureWhenEmpty(server)
    console.log(`idle: when all have left ${describeMeasure(after)}`)
    const isFlat = judge('idle, meanwhile', start, end)
    return judge('idle, before and after', empty, after) && isFlat && connected === count
  })
}

/** Measures until there are no sessions, for longer than a session waits for its client. */
async function measureWhenEmpty(server: HelperProcess): Promise<Measure> {
  let measure = await server.ask<Measure>('measure')
  for (let seconds = 0; measure.sessions > 0 && seconds < 60; seconds++) {
    await sleep(1000)
    measure = await server.ask<Measure>('measure')
  }
  return measure
}

function judge(what: string, start: Measure, end: Measure): boolean {
  const grown = growthBetween(start, end)
  const heapKb = ((end.heapBytes - start.heapBytes) / 1024).toFixed(0)
  console.log(
    `${what}: ${grown.length === 0 ? 'flat' : `GROWN: ${grown.join(', ')}`}, heap ${heapKb} KB more than at the start`,
  )
  return grown.length === 0
}
