import { CommandError, printable, table } from '@tygase/terminal'
import { momentWords, spanWords } from '../terminal/time-words.js'
import type { ChatClient } from './chat-client.js'

/** A command. */
export interface Command {
  /** Its first words. */
  readonly words: string
  /** Its argument, for `help`; empty for none. An argument in brackets may be left out. */
  readonly takes: string
  readonly about: string
  /** @returns the text to print, undefined for none. @throws CommandError; the errors of a request */
  run(chat: ChatClient, argument: string): string | undefined | Promise<string | undefined>
}

/** All commands, in the order of `help`. */
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
    about: 'takes a name that is free, or shows yours',
    async run(chat, wanted) {
      if (wanted === '') return `You are ${printable(chat.name)}.`
      return `You are ${printable(await chat.takeName(wanted))} now.`
    },
  },
  {
    words: 'whoami',
    takes: '',
    about: 'your name, your address and your time',
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
    about: 'the greeting of everybody who joins',
    run: ({ connection }) => printable(connection.state.welcome),
  },
  {
    words: 'set welcome',
    takes: 'TEXT',
    about: 'changes that greeting',
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
    about: 'the people who are here: address and time',
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
    about: 'the people who have left: visits and time; with a name, also the last messages',
    async run({ connection }, name) {
      const entries = await connection.request('history', name === '' ? {} : { name })
      if (entries.length === 0) return name === '' ? 'No one has left yet.' : `No ${printable(name)} has left yet.`
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
    about: 'all channels, with their subscribers',
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
    about: 'creates a channel and subscribes to it',
    async run(chat, channel) {
      await chat.connection.request('createChannel', { channel: need(channel, 'CHANNEL') })
      await chat.hear(channel)
      return `There is a channel ${printable(channel)} now, and you hear it.`
    },
  },
  {
    words: 'subscribe',
    takes: 'CHANNEL',
    about: 'subscribes to a channel',
    async run(chat, channel) {
      await chat.hear(need(channel, 'CHANNEL'))
      return `You hear ${printable(channel)}.`
    },
  },
  {
    words: 'unsubscribe',
    takes: 'CHANNEL',
    about: 'ends the subscription',
    async run({ connection, subscribed }, channel) {
      await connection.channels.unsubscribe(need(channel, 'CHANNEL'))
      subscribed.delete(channel)
      return `You hear ${printable(channel)} no more.`
    },
  },
  {
    words: 'publish',
    takes: 'CHANNEL TEXT',
    about: 'sends a text to all subscribers of a channel; you must be one',
    async run({ connection }, argument) {
      const [channel, text] = splitFirst(argument)
      await connection.channels.publish(need(channel, 'CHANNEL'), need(text, 'TEXT'))
      return undefined
    },
  },
  {
    words: 'json',
    takes: 'CHANNEL VALUE',
    about: 'the same with a value of JSON',
    async run({ connection }, argument) {
      const [channel, text] = splitFirst(argument)
      await connection.channels.publishJson(need(channel, 'CHANNEL'), parseJson(need(text, 'VALUE')))
      return undefined
    },
  },
  {
    words: 'bye',
    takes: '',
    about: 'leaves the chat',
    run({ leave }) {
      leave()
      return undefined
    },
  },
]

/** How to type a command. */
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

/** Splits off the first word. The rest stays as it is. */
function splitFirst(argument: string): [string, string] {
  const [, first = '', rest = ''] = /^(\S*)\s*(.*)$/su.exec(argument) ?? []
  return [first, rest]
}
