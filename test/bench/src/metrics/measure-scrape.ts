import { defineGame } from '@tygase/gamestate'
import { createMetrics } from '@tygase/inspect'
import { createPrometheus } from '@tygase/inspect/prometheus'
import { Server } from '@tygase/server'
import { median, quantile } from '../median.js'

/** What it takes to answer `/metrics`. */
export interface ScrapeFigures {
  readonly rooms: number
  /** The median. */
  readonly ms: number
  /** One of a hundred takes longer. */
  readonly longMs: number
  /** Of the answer. */
  readonly bytes: number
}

const scrapesBefore = 20
const scrapes = 100

/** Answers `/metrics` again and again, with so many rooms. */
export async function measureScrape(rooms: number): Promise<ScrapeFigures> {
  const server = new Server({ logger: false, maxRooms: rooms })
  const quiet = defineGame({ initialState: () => ({ round: 0 }) })
  server.define('quiet', quiet, { idleGraceMs: Number.POSITIVE_INFINITY })
  const { text } = createPrometheus(createMetrics(server))
  await server.run({ port: false })
  for (let id = 0; id < rooms; id++) await server.createRoom('quiet', { id: String(id) })
  const times: number[] = []
  let bytes = 0
  for (let number = 0; number < scrapesBefore + scrapes; number++) {
    const startMs = performance.now()
    bytes = (await text()).length
    if (number >= scrapesBefore) times.push(performance.now() - startMs)
  }
  await server.shutdown({ endSessions: true })
  return { rooms, ms: median(times), longMs: quantile(times, 0.99), bytes }
}
