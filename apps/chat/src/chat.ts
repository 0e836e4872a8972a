import { defineGame, EntityMap } from '@tygase/gamestate'
import { z } from 'zod'
import { nameKey, nameOf } from './names.js'
import { reversed } from './reversed.js'
import type { ClientEntry, OwnEntry, PastEntry } from './visits.js'

/** Of a welcome, in UTF-16 units. */
export const maxWelcomeLength = 200
/** Of a text to reverse, in UTF-16 units. */
const maxReverseLength = 4000

/** What every client has a replica of. */
export interface Chat {
  /** What a client is greeted with. */
  welcome: string
  /** Who is there, by client id. No two have names of the same key. */
  people: EntityMap<{ name: string }>
}

const text = z.object({ text: z.string() })

/** The rules of the chat. What has no rule here is answered by the server, which knows addresses and times. */
export const chat = defineGame({
  initialState: (): Chat => ({
    welcome: 'Welcome. There is a channel, lobby; "help" tells the rest.',
    people: new EntityMap<{ name: string }>(),
  }),
  onJoin(state, ctx) {
    const taken = new Set([...state.people.values()].map(({ name }) => nameKey(name)))
    let number = 1
    while (taken.has(`guest-${number}`)) number++
    state.people.set(ctx.clientId, { name: `guest-${number}` })
  },
  onLeave: (state, ctx) => void state.people.delete(ctx.clientId),
  events: (on) => ({
    /** Takes a name that nobody else has. Returns it as it is kept. Refused with `name_invalid`, `name_taken`. */
    setName: on(z.object({ name: z.string() }), (state, { name: raw }, ctx) => {
      const name = nameOf(raw)
      if (name === undefined) {
        return ctx.reject(
          'name_invalid',
          'a name has 1 to 24 letters, digits and . _ -, and begins with one of the first two',
        )
      }
      const isTaken = [...state.people].some(
        ([id, other]) => id !== ctx.clientId && nameKey(other.name) === nameKey(name),
      )
      if (isTaken) ctx.reject('name_taken', `somebody is called ${name} already`)
      state.people.edit(ctx.clientId).name = name
      return name
    }),
    /** Sets what is greeted with from now on. Refused with `welcome_invalid`. */
    setWelcome: on(text, (state, { text: welcome }, ctx) => {
      if (welcome.length === 0 || welcome.length > maxWelcomeLength) {
        ctx.reject('welcome_invalid', `a welcome has 1 to ${maxWelcomeLength} characters, not ${welcome.length}`)
      }
      if (!welcome.isWellFormed() || /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(welcome)) {
        ctx.reject('welcome_invalid', 'a welcome is one line without control characters')
      }
      state.welcome = welcome
    }),
    /** Returns the text from its end. Refused with `text_too_long`. */
    reverse: on(text, (_state, { text: forward }, ctx) => {
      if (forward.length > maxReverseLength) ctx.reject('text_too_long', `at most ${maxReverseLength} characters`)
      return reversed(forward)
    }),
    /** Who the sender is. */
    whoami: on((): OwnEntry | undefined => undefined),
    /** Who is there. */
    clients: on((): ClientEntry[] => []),
    /** Who was there, those that left last first; with a name, that one alone. */
    history: on(z.object({ name: z.string().max(100).optional() }), (): PastEntry[] => []),
    /** Makes a channel. Refused with `channel_exists`, `channel_invalid`, `channel_limit`. */
    createChannel: on(z.object({ channel: z.string().max(100) }), () => {}),
  }),
})
