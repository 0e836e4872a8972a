import { defineGame, EntityMap, event } from '@tygase/gamestate'
import { schemaOf } from '../../support/schema.js'

interface Ledger {
  /** How often each entry was made. An entry is the number of a client and that of an event. */
  counts: Record<string, number>
  clock: number
  /** Rows of the server alone, see the view. */
  secrets: EntityMap<{ n: number }>
  shown: EntityMap<{ n: number }>
}

const entry = schemaOf(
  (value): value is { key: string; n: number } => typeof (value as { key?: unknown } | null)?.key === 'string',
)

/** A game whose events are not idempotent, whose steps change something each time, and that has secrets. */
export const ledger = defineGame({
  initialState: (): Ledger => ({ counts: {}, clock: 0, secrets: new EntityMap(), shown: new EntityMap() }),
  tickRate: 30,
  timeStep(state) {
    state.clock++
    if (state.clock % 7 === 0) state.secrets.set(`s${state.clock}`, { n: state.clock })
    if (state.clock % 50 === 0) state.secrets.clear()
  },
  serverEvents: {
    noted: event<{ key: string; n: number }>({ predict: true }),
    whispered: event<{ key: string; n: number }>({ predict: true }),
  },
  events: (on) => ({
    note: on(entry, (state, { key, n }, ctx) => {
      state.counts[key] = (state.counts[key] ?? 0) + 1
      state.shown.set(ctx.newId(), { n })
      ctx.dispatch('noted', { key, n })
      ctx.dispatch('whispered', { key, n }, { to: ctx.client.id })
    }),
    /** The server alone knows how it ends: each third one does nothing, each third one is refused. */
    doubt: on(entry, (state, { key, n }, ctx) => {
      const isKnown = state.secrets.size > 0 || state.clock >= 0
      if (!isKnown) return
      ctx.dispatch('whispered', { key, n }, { to: ctx.client.id })
      ctx.serverOnly()
      if (n % 3 === 0) ctx.reject('not_so')
      state.counts[key] = (state.counts[key] ?? 0) + 1
    }),
    /** Sends at a client what the server does not: the client sees fewer secrets. */
    guess: on(entry, (state, { key, n }, ctx) => {
      if (state.secrets.size === 0) ctx.dispatch('noted', { key, n })
      state.counts[key] = (state.counts[key] ?? 0) + 1
    }),
  }),
  view: (state) => ({ ...state, secrets: state.secrets.filter(() => false) }),
})
