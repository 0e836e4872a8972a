import type { LineTerminal } from '@tygase/terminal'
import { CommandError, nearestWord, printable } from '@tygase/terminal'
import type { ChatClient } from './chat-client.js'
import { type Command, commands, usageOf } from './commands.js'

/** Runs a line and prints the answer. Never rejects: errors are printed with their codes. */
export async function runLine(chat: ChatClient, line: string): Promise<void> {
  const typed = line.trim()
  if (typed === '') return
  const command = commandOf(typed)
  try {
    if (command === undefined) throw new CommandError('command_unknown', unknownWords(typed))
    const answer = await command.run(chat, typed.slice(command.words.length).trim())
    if (answer !== undefined) chat.terminal.print(answer)
  } catch (error) {
    const isMissing = error instanceof CommandError && error.code === 'argument_missing'
    const hint = isMissing && command !== undefined ? `; it goes: ${usageOf(command)}` : ''
    printError(chat.terminal, error, hint)
  }
}

/** Prints an error with its code. @param hint is printed behind it */
export function printError(terminal: LineTerminal, error: unknown, hint = ''): void {
  terminal.print(terminal.styled('red', `Error: ${errorWords(error)}${hint}`))
}

/** The longest command that the line begins with, in any case of letters. */
function commandOf(line: string): Command | undefined {
  const words = line.toLowerCase().split(/\s+/, 2)
  return [words.join(' '), words[0]]
    .map((start) => commands.find((command) => command.words === start))
    .find((command) => command !== undefined)
}

function unknownWords(line: string): string {
  const [first = ''] = line.split(/\s+/, 1)
  const two = line.split(/\s+/, 2).join(' ')
  const words = commands.map((command) => command.words)
  const lower = first.toLowerCase()
  // people try the last word alone: `clients`
  const ended = words.find((word) => word.endsWith(` ${lower}`))
  const near = ended ?? nearestWord(two.toLowerCase(), words) ?? nearestWord(lower, words)
  const hint = near === undefined ? 'try "help"' : `did you mean "${near}"? "help" lists all`
  return `there is no command "${printable(first.slice(0, 30))}"; ${hint}`
}

/** Errors of the packages have a code, and so have those of a command. */
function errorWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { code?: unknown }
  const message = printable(error.message)
  return typeof code === 'string' ? `${message} (${code})` : message
}
