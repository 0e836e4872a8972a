import { table } from '@tygase/terminal'
import { CommandError } from './command-error.js'
import type { RpgClient } from './rpg-client.js'
import { goalOf, isThere, placeWords } from './sights.js'

/** Something that can be typed. */
export interface Command {
  readonly word: string
  /** What follows, for `help`; empty for nothing. */
  readonly takes: string
  readonly about: string
  /** @returns what is printed; nothing where nothing is. @throws CommandError; what a request rejects with */
  run(rpg: RpgClient, argument: string): string | undefined | Promise<string | undefined>
}

/** All of them, as `help` lists them. */
export const commands: readonly Command[] = [
  {
    word: 'con',
    takes: 'NAME,PASSWORD',
    about: 'logs in',
    async run(rpg, argument) {
      const [, name, password] = /^([^,]+),([^,]+)$/.exec(argument) ?? []
      if (name === undefined || password === undefined) throw invalid('con takes two things')
      await rpg.logIn(name.trim(), password)
      return 'ok! "help" tells what you can do.'
    },
  },
  {
    word: 'who',
    takes: '',
    about: 'everybody who is there, and where',
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
    about: 'says it to everybody',
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
    about: 'leaves; where you are is kept',
    run({ leave }) {
      leave()
      return undefined
    },
  },
]

/** How a command is typed. */
export function usageOf({ word, takes }: Command): string {
  return takes === '' ? word : `${word} ${takes}`
}

/** Whether there is a password in a line. */
export function hasPassword(line: string): boolean {
  return /^\s*con\b/i.test(line)
}

/** As people write numbers: `-2.5`, `.5`, `10`; not-a-number for all else that JavaScript takes for one, as `0x10` and `1e3`. */
function decimal(text: string): number {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(text) ? Number(text) : Number.NaN
}

function invalid(message: string): CommandError {
  return new CommandError('argument_invalid', message)
}
