import { CommandError, nearestWord, printable } from '@tygase/terminal'
import { commands, usageOf } from './commands.js'
import { errorWords } from './error-words.js'
import type { RpgClient } from './rpg-client.js'

/** Runs a line and prints the answer. Never rejects: errors are printed with their codes. */
export async function runLine(rpg: RpgClient, line: string): Promise<void> {
  const [, typed = '', argument = ''] = /^\s*(\S*)\s*(.*?)\s*$/su.exec(line) ?? []
  if (typed === '') return
  const command = commands.find(({ word }) => word === typed.toLowerCase())
  const { terminal } = rpg
  try {
    if (command === undefined) throw new CommandError('command_unknown', unknownWords(typed))
    const answer = await command.run(rpg, argument)
    if (answer !== undefined) terminal.print(answer)
  } catch (error) {
    const isInvalid = error instanceof CommandError && error.code === 'argument_invalid'
    const hint = isInvalid && command !== undefined ? `; it goes: ${usageOf(command)}` : ''
    terminal.print(terminal.styled('red', `Error: ${errorWords(error)}${hint}`))
  }
}

function unknownWords(typed: string): string {
  const near = nearestWord(
    typed.toLowerCase(),
    commands.map(({ word }) => word),
  )
  const hint = near === undefined ? 'try "help"' : `did you mean "${near}"? "help" lists all`
  return `there is no command "${printable(typed.slice(0, 30))}"; ${hint}`
}
