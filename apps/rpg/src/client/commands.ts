import { CommandError, table } from '@tygase/terminal'
import type { RpgClient } from './rpg-client.js'
import { goalOf, isThere, placeWords } from './sights.js'

/** A command. */
export interface Command {
  readonly word: string
  /** Its argument, for `help`; empty for none. */
  readonly takes: string
  readonly about: string
  /** @returns the text to print, undefined for none. @throws CommandError; the errors of a request */
  run(rpg: RpgClient, argument: string): string | undefined | Promise<string | undefined>
}

/** All commands, in the order of `help`. */
export const commands: readonly Command[] = [
  {
    word: 'con',
    takes: 'NAME,PASSWORD',
    about: 'logs in',
    async run(rpg, argument) {
      const [, name, password] = /^([^,]+),([^,]+)$/.exec(argument) ?? []
      if (name === undefined || password === undefined) throw invalid('con takes a name and a password')
      await rpg.logIn(name.trim(), password)
      return 'ok! "help" lists the commands.'
    },
  },
  {
    word: 'who',
    takes: '',
    about: 'all players and their places',
    run: ({ connection }) =>
      table(
        ['name', 'at', 'walks to'],
        [...connection.state.players].map(([id, player]) => [
          id === connection.clientId ? `${player.name} (you)` : player.name,
          placeWords(player),
          isThere(player) ? '' : placeWords(goalOf(player)),
        ]),
      ),
  },
  {
    word: 'mov',
    takes: 'X,Y,Z',
    about: 'walks there, 5 units a second',
    async run({ connection }, argument) {
      const parts = argument.split(',').map(decimal)
      const [x = Number.NaN, y = Number.NaN, z = Number.NaN] = parts
      if (parts.length !== 3 || !parts.every(Number.isFinite)) throw invalid('mov takes three numbers, like 10,0,-2.5')
      await connection.request('mov', { x, y, z })
      return undefined
    },
  },
  {
    word: 'say',
    takes: 'TEXT',
    about: 'sends a text to all players',
    async run({ connection }, text) {
      if (text === '') throw invalid('say takes a text')
      await connection.request('say', { text })
      return undefined
    },
  },
  {
    word: 'idl',
    takes: '',
    about: 'does nothing; without any command for 15 seconds you are sent away',
    async run({ connection }) {
      await connection.request('idl')
      return undefined
    },
  },
  {
    word: 'help',
    takes: '',
    about: 'this list',
    run: () =>
      table(
        ['command', 'what it does'],
        commands.map((command) => [usageOf(command), command.about]),
      ),
  },
  {
    word: 'bye',
    takes: '',
    about: 'leaves the world; your place is saved',
    run({ leave }) {
      leave()
      return undefined
    },
  },
]

/** How to type a command. */
export function usageOf({ word, takes }: Command): string {
  return takes === '' ? word : `${word} ${takes}`
}

/** True for a line with a password. */
export function hasPassword(line: string): boolean {
  return /^\s*con\b/i.test(line)
}

/** Reads a number as people write it: `-2.5`, `.5`, `10`. NaN for other forms of JavaScript, such as `0x10` and `1e3`. */
function decimal(text: string): number {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(text) ? Number(text) : Number.NaN
}

function invalid(message: string): CommandError {
  return new CommandError('argument_invalid', message)
}
