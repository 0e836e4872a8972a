import { Accounts } from '@tygase/auth'
import type { Logger } from '@tygase/gamestate'
import { ServerError } from '@tygase/server'
import { lmdbStorage } from '@tygase/storage'
import type { LineTerminal } from '@tygase/terminal'
import { addDemoUsers, createRpgServer } from './rpg-server.js'

export interface ServeOptions {
  /** 0 takes any that is free. */
  port: number
  hostname: string
  /** The file with accounts and players. */
  db: string
  /** Adds the players of the demo data. */
  demo: boolean
}

/** As short as the passwords of the demo. */
const minPasswordLength = 4

/** Serves the world until interrupted. @returns the exit code. @throws Error with a sentence for people */
export async function serve(
  { port, hostname, db, demo }: ServeOptions,
  terminal: LineTerminal,
  untilInterrupted: Promise<void>,
): Promise<number> {
  const storage = lmdbStorage({ path: db })
  const accounts = new Accounts({ storage, minPasswordLength })
  if (demo && (await addDemoUsers(accounts)).length > 0) terminal.print('The demo data is made: foo,1234 and bar,4321')
  const { server, shutdown } = await createRpgServer({ storage, accounts, logger: loggerTo(terminal) })
  try {
    await server.run({ port, hostname })
  } catch (error) {
    if (!(error instanceof ServerError) || error.code !== 'port_in_use') throw error
    throw new Error(`Port ${port} is in use. Take another one: --port ${port + 1}`)
  }
  const url = `ws://${hostname.includes(':') ? `[${hostname}]` : hostname}:${server.port}`
  terminal.print(`The world is on: ${url}`)
  terminal.print(terminal.styled('dim', `Enter it:  npm run rpg -- ${url}     Ctrl-C ends it.`))
  if ((await accounts.list({ limit: 1 })).length === 0) {
    terminal.print(`Nobody can enter yet. Add somebody: npx tygase user add NAME --db ${db}, or use --demo`)
  }
  await untilInterrupted
  await shutdown('the server was shut down')
  await storage.close()
  terminal.print('Everybody is saved. Bye.')
  return 0
}

/** Warnings and errors of the libraries, a line each. */
function loggerTo(terminal: LineTerminal): Logger {
  const nothing = (): void => {}
  const line = (level: string) => (details: object, message: string) => {
    const { err } = details as { err?: unknown }
    terminal.print(`${level}: ${message}${err instanceof Error ? `: ${err.message}` : ''}`)
  }
  return { debug: nothing, info: nothing, warn: line('warning'), error: line('error') }
}
