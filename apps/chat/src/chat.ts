import { defineGame, EntityMap } from '@tygase/gamestate'
import { z } from 'zod'
import { nameKey, nameOf } from './names.js'
import { reversed } from './reversed.js'
import type { ClientEntry, OwnEntry, PastEntry } from './visits.js'

/** Longest welcome, in UTF-16 units. */
export const maxWelcomeLength = 200
/** Longest text to reverse, in UTF-16 units. */
const maxReverseLength = 4000

/** The replicated state. */
export interface Chat {
  /** The greeting of a client that joins. */
  welcome: string
  /** The people in the chat, by client id. No two have names of the same key. */
  people: EntityMap<{ name: string }>
}

const text = z.object({ text: z.string() })

/** The rules of the chat. Events about addresses and times are answered by handlers at the server; their rules do nothing. */
export const chat = defineGame({
  initialState: (): Chat => ({
    welcome: 'Welcome. There is a channel, lobby; "help" lists the commands.',
    people: new EntityMap<{ name: string }>(),
  }),
  /** Whether a client is typing a message. */
  presence: z.object({ typing: z.boolean() }),
  joinData: z.object({ name: z.string().max(200).optional() }).optional(),
  /** A client gets the name that it brings, unless that is taken or none; else the first free number. */
  onJoin(state, ctx) {
    const taken = new Set([...state.people.values()].map(({ name }) => nameKey(name)))
    const wanted = nameOf(ctx.client.data?.name ?? '')
    let number = 1
    while (taken.has(`guest-${number}`)) number++
    const isFree = wanted !== undefined && !taken.has(nameKey(wanted))
    state.people.set(ctx.client.id, { name: isFree ? wanted : `guest-${number}` })
  },
  onLeave: (state, ctx) => void state.people.delete(ctx.client.id),
  events: (on) => ({
    /** Takes a name that no other client has. Returns it as it is kept. Refused with `name_invalid`, `name_taken`. */
    setName: on(z.object({ name: z.string() }), (state, { name: raw }, ctx) => {
      const name = nameOf(raw)
      if (name === undefined) {
        return ctx.reject(
          'name_invalid',
          'a name has 1 to 24 letters, digits and . _ -, and begins with one of the first two',
        )
      }
      const isTaken = [...state.people].some(
        ([id, other]) => id !== ctx.client.id && nameKey(other.name) === nameKey(name),
      )
      if (isTaken) return ctx.reject('name_taken', `the name ${name} is taken`)
      state.people.edit(ctx.client.id).name = name
      return name
    }),
    /** Sets the greeting from now on. Refused with `welcome_invalid`. */
    setWelcome: on(text, (state, { text: welcome }, ctx) => {
      if (welcome.length === 0 || welcome.length > maxWelcomeLength) {
        return ctx.reject('welcome_invalid', `a welcome has 1 to ${maxWelcomeLength} characters, not ${welcome.length}`)
      }
      if (!welcome.isWellFormed() || /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(welcome)) {
        return ctx.reject('welcome_invalid', 'a welcome is one line without control characters')
      }
      state.welcome = welcome
    }),
    /** Returns the text from its end. Refused with `text_too_long`. */
    reverse: on(text, (_state, { text: forward }, ctx) => {
      if (forward.length > maxReverseLength)
        return ctx.reject('text_too_long', `at most ${maxReverseLength} characters`)
      return reversed(forward)
    }),
    /** Returns the sender: its name, address and time. */
    whoami: on((): OwnEntry | undefined => undefined),
    /** Returns all clients. */
    clients: on((): ClientEntry[] => []),
    /** Returns the clients that have left, the last one first; with a name, that client alone. */
    history: on(z.object({ name: z.string().max(100).optional() }), (): PastEntry[] => []),
    /** Makes a channel. Refused with `channel_exists`, `channel_invalid`, `channel_limit`. */
    createChannel: on(z.object({ channel: z.string().max(100) }), () => {}),
  }),
})
