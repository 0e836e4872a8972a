import { defineGame, EntityMap, event } from '@tygase/gamestate'
import { z } from 'zod'

interface Stall {
  owner: string
  x: number
  y: number
  coins: number
  goods: { apples: number; pears: number }
}

/** The deals of a client. They carry numbers from 1 on and are retried until they are handled. */
interface Deals {
  count: number
  last: number
  outOfTurn: number
}

export interface Bazaar {
  stalls: EntityMap<Stall>
  deals: EntityMap<Deals>
  /** Coins appear and vanish by themselves, under ids that are used again. */
  coins: EntityMap<{ x: number; y: number; worth: number }, number>
  day: { number: number; weather: { rain: boolean; wind: number }; news: string[] }
  prices: Record<string, number>
}

const items = ['apples', 'pears'] as const

export interface BazaarOptions {
  /** In Hz. */
  tickRate: number
  /** The most coins that move by themselves. Without coins only events change the state. */
  maxCoins: number
}

/** A game with every kind of value and traffic. */
export const bazaarWith = ({ tickRate, maxCoins }: BazaarOptions) =>
  defineGame({
    initialState: (): Bazaar => ({
      stalls: new EntityMap<Stall>(),
      deals: new EntityMap<Deals>(),
      coins: new EntityMap<{ x: number; y: number; worth: number }, number>(),
      day: { number: 1, weather: { rain: false, wind: 0 }, news: [] },
      prices: { apples: 1, pears: 2 },
    }),
    tickRate,
    precision: { stalls: { x: 0.01, y: 0.01 }, coins: { x: 0.1, y: 0.1 } },
    serverEvents: {
      bargain: event<{ number: number; item: string }>(),
      rumour: event<string>(),
      receipt: event<{ number: number }>({ predict: true }),
    },
    motion: { stalls: { fields: { x: 'linear', y: 'linear' } }, coins: { fields: { x: 'linear', y: 'linear' } } },
    timeStep(state, _dt, ctx) {
      const { coins, day } = state
      if (maxCoins > 0 && ctx.tick % 3 === 0) {
        const id = ctx.tick % maxCoins
        if (coins.has(id)) coins.delete(id)
        else coins.set(id, { x: ctx.random() * 100, y: ctx.random() * 100, worth: 1 })
      }
      if (maxCoins > 0 && ctx.tick % 2 === 0) {
        coins.editEach((coin) => {
          coin.y += 0.5
        })
      }
      if (ctx.tick % 50 === 0) {
        day.number++
        day.weather = { rain: ctx.random() < 0.5, wind: ctx.random() < 0.1 ? Number.NaN : ctx.random() }
        if (ctx.random() < 0.3) delete state.prices.plums
        else state.prices.plums = ctx.random()
      }
    },
    events: (on) => ({
      move: on(z.object({ dx: z.number(), dy: z.number() }), (state, { dx, dy }, ctx) => {
        const mine = state.stalls.edit(ctx.client.id)
        mine.x += dx
        mine.y += dy
      }),
      deal: on(
        z.object({ number: z.int().positive(), receipt: z.boolean().optional() }),
        (state, { number, receipt }, ctx) => {
          const mine = state.deals.edit(ctx.client.id)
          if (number <= mine.last) mine.outOfTurn++
          mine.last = number
          state.stalls.edit(ctx.client.id).coins += 3
          if (receipt) ctx.dispatch('receipt', { number }, { to: ctx.client.id })
          return ++mine.count
        },
      ),
      buy: on(z.object({ item: z.enum(items), count: z.int() }), (state, { item, count }, ctx) => {
        const mine = state.stalls.edit(ctx.client.id)
        const price = count * (state.prices[item] ?? 0)
        mine.goods[item] += count
        if (price > mine.coins) ctx.reject('too_expensive', `${count} ${item} cost ${price}`)
        mine.coins -= price
        return { item, left: mine.coins }
      }),
      gossip: on(z.string(), (state, text, ctx) => {
        state.day.news = [...state.day.news.slice(-4), text]
        ctx.dispatch('rumour', text, { to: { except: ctx.client.id } })
      }),
    }),
    onJoin(state, ctx) {
      state.stalls.set(ctx.client.id, { owner: ctx.client.id, x: 0, y: 0, coins: 20, goods: { apples: 0, pears: 0 } })
      state.deals.set(ctx.client.id, { count: 0, last: 0, outOfTurn: 0 })
    },
    onLeave(state, ctx) {
      state.stalls.delete(ctx.client.id)
      state.deals.delete(ctx.client.id)
    },
  })

export const bazaar = bazaarWith({ tickRate: 20, maxCoins: 40 })
