import { printable, table } from '@tygase/terminal'
import { momentWords, spanWords } from '../terminal/time-words.js'
import type { ChatClient } from './chat-client.js'
import { CommandError } from './command-error.js'

/** Something that can be typed. */
export interface Command {
  /** What it begins with. */
  readonly words: string
  /** What follows, for `help`; empty for nothing. What is in brackets may be left out. */
  readonly takes: string
  readonly about: string
  /** @returns what is printed; nothing where nothing is. @throws CommandError; what a request rejects with */
  run(chat: ChatClient, argument: string): string | undefined | Promise<string | undefined>
}

/** All of them, as `help` lists them. */
export const commands: readonly Command[] = [
  {
    words: 'help',
    takes: '',
    about: 'this list',
    run: () =>
      table(
        ['command', 'what it does'],
        commands.map((command) => [usageOf(command), command.about]),
      ),
  },
  {
    words: 'name',
    takes: '[NAME]',
    about: 'takes a name that nobody else has, or tells yours',
    async run(chat, wanted) {
      if (wanted === '') return `You are ${printable(chat.name)}.`
      return `You are ${printable(await chat.takeName(wanted))} now.`
    },
  },
  {
    words: 'whoami',
    takes: '',
    about: 'your name and address, and since when you are here',
    async run({ connection }) {
      const own = await connection.request('whoami')
      if (own === undefined) return undefined
      const since = `since ${momentWords(own.startMs)}, for ${spanWords(own.durationMs)}`
      return `You are ${printable(own.name)} at ${own.address || 'an unknown address'}, ${since}.`
    },
  },
  {
    words: 'welcome',
    takes: '',
    about: 'what everybody is greeted with',
    run: ({ connection }) => printable(connection.state.welcome),
  },
  {
    words: 'set welcome',
    takes: 'TEXT',
    about: 'greets everybody who comes from now on with another text',
    async run({ connection }, text) {
      await connection.request('setWelcome', { text })
      return 'The welcome is set.'
    },
  },
  {
    words: 'reverse',
    takes: '[TEXT]',
    about: 'the text from its end',
    run: async ({ connection }, text) => printable(await connection.request('reverse', { text })),
  },
  {
    words: 'list clients',
    takes: '',
    about: 'who is here, from where and since when',
    async run({ connection }) {
      const entries = await connection.request('clients')
      return table(
        ['name', 'address', 'since', 'for'],
        entries.map(({ name, address, startMs, durationMs, isAway }) => [
          isAway ? `${name} (away)` : name,
          address || '-',
          momentWords(startMs),
          spanWords(durationMs),
        ]),
      )
    },
  },
  {
    words: 'history',
    takes: '[NAME]',
    about: 'who was here, how often and how long; of one, also what was said last',
    async run({ connection }, name) {
      const entries = await connection.request('history', name === '' ? {} : { name })
      if (entries.length === 0) return name === '' ? 'Nobody has left yet.' : `No ${printable(name)} has left yet.`
      const people = table(
        ['name', 'address', 'visits', 'in all', 'last from', 'to'],
        entries.map(({ name: who, address, visits, totalMs, lastStartMs, lastEndMs }) => [
          who,
          address || '-',
          String(visits),
          spanWords(totalMs),
          momentWords(lastStartMs),
          momentWords(lastEndMs),
        ]),
      )
      return [people, ...entries.flatMap(({ messages }) => messages.map((message) => `  ${printable(message)}`))].join(
        '\n',
      )
    },
  },
  {
    words: 'list channels',
    takes: '',
    about: 'the channels there are, and how many listen',
    async run({ connection, subscribed }) {
      const channels = await connection.channels.list()
      return table(
        ['channel', 'subscribers', ''],
        channels.map(({ name, subscribers }) => [name, String(subscribers), subscribed.has(name) ? 'you too' : '']),
      )
    },
  },
  {
    words: 'create',
    takes: 'CHANNEL',
    about: 'makes a channel and subscribes to it',
    async run(chat, channel) {
      await chat.connection.request('createChannel', { channel: need(channel, 'CHANNEL') })
      await chat.hear(channel)
      return `There is a channel ${printable(channel)} now, and you hear it.`
    },
  },
  {
    words: 'subscribe',
    takes: 'CHANNEL',
    about: 'hears what is published there from now on',
    async run(chat, channel) {
      await chat.hear(need(channel, 'CHANNEL'))
      return `You hear ${printable(channel)}.`
    },
  },
  {
    words: 'unsubscribe',
    takes: 'CHANNEL',
    about: 'hears it no more',
    async run({ connection, subscribed }, channel) {
      await connection.channels.unsubscribe(need(channel, 'CHANNEL'))
      subscribed.delete(channel)
      return `You hear ${printable(channel)} no more.`
    },
  },
  {
    words: 'publish',
    takes: 'CHANNEL TEXT',
    about: 'says something to all who hear a channel, which takes a subscription of your own',
    async run({ connection }, argument) {
      const [channel, text] = splitFirst(argument)
      await connection.channels.publish(need(channel, 'CHANNEL'), need(text, 'TEXT'))
      return undefined
    },
  },
  {
    words: 'json',
    takes: 'CHANNEL VALUE',
    about: 'the same with a value of JSON, which stays one',
    async run({ connection }, argument) {
      const [channel, text] = splitFirst(argument)
      await connection.channels.publishJson(need(channel, 'CHANNEL'), parseJson(need(text, 'VALUE')))
      return undefined
    },
  },
  {
    words: 'bye',
    takes: '',
    about: 'ends it',
    run({ leave }) {
      leave()
      return undefined
    },
  },
]

/** How a command is typed. */
export function usageOf({ words, takes }: Command): string {
  return takes === '' ? words : `${words} ${takes}`
}

function need(argument: string, what: string): string {
  if (argument === '') throw new CommandError('argument_missing', `${what} is missing`)
  return argument
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandError('json_invalid', `not JSON: ${text.slice(0, 60)}`)
  }
}

/** The first word, and what stands behind it as it is. */
function splitFirst(argument: string): [string, string] {
  const [, first = '', rest = ''] = /^(\S*)\s*(.*)$/su.exec(argument) ?? []
  return [first, rest]
}
