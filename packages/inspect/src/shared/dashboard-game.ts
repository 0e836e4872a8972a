import { defineGame } from '@tygase/gamestate'
import type { MetricsReading } from '../metrics/metrics-reading.js'

/** The dashboard as a game: one room for all pages, in which the server pushes its readings. */
export interface DashboardState {
  /** The last one; null until there is one. Its rings have the last 300 s, also for a page that comes later. */
  reading: MetricsReading | null
}

// only the server sends it
const readingSchema = {
  '~standard': {
    version: 1 as const,
    vendor: 'tygase',
    types: undefined as { input: MetricsReading; output: MetricsReading } | undefined,
    validate: (value: unknown) => ({ value: value as MetricsReading }),
  },
}

/** Two readings a second are enough for people. */
export const dashboardGame = defineGame({
  initialState: (): DashboardState => ({ reading: null }),
  tickRate: 2,
  events: (on) => ({
    read: on(
      readingSchema,
      (state, reading) => {
        state.reading = reading
      },
      { from: 'server' },
    ),
  }),
})
