import { defineGame, EntityMap, event, type Immutable } from '@tygase/gamestate'
import type { Room } from '@tygase/server'
import { z } from 'zod'

export interface Ledger {
  /** Rises with each reset to another state. */
  epoch: number
  count: number
  /** In each version `3 * count + epoch`: a mixture of two versions shows. */
  sum: { of: number }
  entries: EntityMap<{ team: number; amount: number }>
  /** Rows under ids that each epoch uses again. */
  stock: EntityMap<{ epoch: number; amount: number }, number>
}

/** An event that is sent at a version: its handler runs at this version or a later one. */
export interface Mark {
  version: number
  epoch: number
}

interface LedgerViews {
  view?: (state: Immutable<Ledger>, clientId: string) => Immutable<Ledger>
  viewKey?: (state: Immutable<Ledger>, clientId: string) => string
}

const ledgerWith = (views: LedgerViews) =>
  defineGame({
    initialState: (): Ledger => ({
      epoch: 0,
      count: 0,
      sum: { of: 0 },
      entries: new EntityMap(),
      stock: new EntityMap(),
    }),
    tickRate: 20,
    ...views,
    serverEvents: { marked: event<Mark>() },
    timeStep: (state, _dt, ctx) => {
      if (ctx.tick % 4 === 0) count(state)
      if (ctx.tick % 7 === 0) {
        const id = Math.floor(ctx.random() * 20)
        if (state.stock.has(id)) state.stock.delete(id)
        else state.stock.set(id, { epoch: state.epoch, amount: ctx.tick })
      }
    },
    events: (on) => ({
      add: on(z.object({ number: z.int() }), (state, { number }, ctx) => {
        count(state)
        // a reset may have brought a state that does not know of the client
        const entry = state.entries.get(ctx.client.id)
        if (entry === undefined) state.entries.set(ctx.client.id, { team: 0, amount: number })
        else {
          const mine = state.entries.edit(ctx.client.id)
          mine.amount = number
          if (number % 5 === 0) mine.team = 1 - mine.team
        }
        const mark = { version: ctx.tick, epoch: state.epoch }
        ctx.dispatch('marked', mark)
        return mark
      }),
      /** A handler of the server resets the store; the rule then runs on the new state. */
      begin: on(z.object({ number: z.int() }), (state) => void count(state)),
    }),
    onJoin: (state, ctx) => void state.entries.set(ctx.client.id, { team: state.entries.size % 2, amount: 0 }),
    onLeave: (state, ctx) => void state.entries.delete(ctx.client.id),
  })

function count(state: { count: number; sum: { of: number }; epoch: number }): void {
  state.count++
  state.sum.of = 3 * state.count + state.epoch
}

const teamOf = (state: Immutable<Ledger>, clientId: string): number | undefined => state.entries.get(clientId)?.team

const view = (state: Immutable<Ledger>, clientId: string): Immutable<Ledger> => {
  const own = teamOf(state, clientId)
  return { ...state, entries: state.entries.filter(({ team }) => team === own) }
}

/** The same rules for all: without a view, with one for each client, and with one for each team. */
export const ledgers = {
  whole: ledgerWith({}),
  seen: ledgerWith({ view }),
  keyed: ledgerWith({ view, viewKey: (state, clientId) => `team ${teamOf(state, clientId)}` }),
}

export type LedgerKind = keyof typeof ledgers
export type LedgerRoom = Room<typeof ledgers.whole>

/** A state as a client sees it. */
export function seenBy(clientId: string, kind: LedgerKind, state: Immutable<Ledger>): Immutable<Ledger> {
  return kind === 'whole' ? state : view(state, clientId)
}

/** A state of another epoch: a new one, one of before, or the present one with many more rows. */
export function otherState(
  state: Immutable<Ledger>,
  before: Immutable<Ledger>,
  random: () => number,
): Immutable<Ledger> {
  const epoch = state.epoch + 1
  const dice = random()
  const from = dice < 0.4 ? before : dice < 0.7 ? state : ledgers.whole.initialState()
  const stock = new EntityMap<{ epoch: number; amount: number }, number>()
  if (dice > 0.5) for (let id = 0; id < random() * 150; id++) stock.set(id, { epoch, amount: random() })
  return {
    ...(from as Immutable<Ledger>),
    epoch,
    sum: { of: 3 * from.count + epoch },
    ...(dice > 0.5 && { stock: stock as unknown as Immutable<Ledger>['stock'] }),
  }
}
