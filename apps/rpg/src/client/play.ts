import type { LineTerminal } from '@tygase/terminal'
import { reach } from './reach.js'
import { RpgClient } from './rpg-client.js'
import { runLine } from './run-line.js'

/**
 * Runs a player at a terminal until the input ends or says `bye`.
 * @returns the exit code: 1 if the world could not be entered, or was lost. @throws Error with a sentence for people if no
 * server answers
 */
export async function play(url: string, terminal: LineTerminal, untilInterrupted: Promise<void>): Promise<number> {
  const leave = (): void => terminal.stop()
  void untilInterrupted.then(leave)
  const rpg = new RpgClient({ address: url, terminal, leave })
  const isInterrupted = await Promise.race([reach(url), untilInterrupted.then(() => true)])
  if (!isInterrupted) terminal.print(`The world is at ${url}. To enter it: con NAME,PASSWORD`)
  await terminal.read((line) => runLine(rpg, line))
  await rpg.logOut()
  terminal.print('Bye.')
  return rpg.hasFailed ? 1 : 0
}
