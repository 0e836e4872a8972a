import { writeSync } from 'node:fs'
import { defineGame, EntityMap } from '@tygase/gamestate'
import type { Storage } from '@tygase/server'
import { Server } from '@tygase/server'
import { lmdbStorage } from '@tygase/storage'
import { z } from 'zod'

export interface Hall {
  /** Rises with each tick, and so does that of each page: a state in which they differ is torn. */
  number: number
  pages: EntityMap<{ number: number }, number>
  /** What guests have written, each into the hall where it was. */
  book: string[]
  guests: EntityMap<{ since: number }>
}

const pages = 200

export const hall = defineGame({
  initialState: (): Hall => {
    const hall: Hall = { number: 0, pages: new EntityMap(), book: [], guests: new EntityMap() }
    for (let id = 0; id < pages; id++) hall.pages.set(id, { number: 0 })
    return hall
  },
  tickRate: 100,
  timeStep: (state) => {
    state.number++
    state.pages.editEach((page) => {
      page.number = state.number
    })
  },
  events: (on) => ({
    sign: on(z.string(), (state, name) => {
      state.book.push(name)
      return state.number
    }),
  }),
  onJoin: (state, ctx) => void state.guests.set(ctx.client.id, { since: state.number }),
  onLeave: (state, ctx) => void state.guests.delete(ctx.client.id),
})

/**
 * Serves rooms that save themselves all the time, until it is killed or told to end. Says `port 1234`, and of each save when it
 * is acknowledged: `saved hall/a 17`.
 */
export async function serveSavedRooms(path: string, port: number): Promise<void> {
  const inner = lmdbStorage({ path })
  const storage: Storage = {
    get: (key) => inner.get(key),
    async put(key, value) {
      const room = key.slice('rooms/'.length)
      // read before anything is waited for: it is the state that is being saved
      const { number } = server.rooms.get(room)!.store.state as unknown as Hall
      await inner.put(key, value)
      writeSync(1, `saved ${room} ${number}\n`)
    },
    delete: (key) => inner.delete(key),
    list: (prefix, options) => inner.list(prefix, options),
    batch: (operations) => inner.batch(operations),
    close: () => inner.close(),
  }
  const server = new Server({ storage, logger: false })
  server.define('hall', hall, { save: { version: 1, intervalMs: 5 } })
  await server.run({ port })
  process.once('SIGTERM', async () => {
    await server.shutdown({ endSessions: true })
    await storage.close()
  })
  writeSync(1, `port ${server.port}\n`)
}
