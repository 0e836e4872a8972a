import { Accounts } from '@tygase/auth'
import { ServerError } from '@tygase/server'
import { lmdbStorage } from '@tygase/storage'
import type { LineTerminal } from '@tygase/terminal'
import { addDemoUsers, createRpgServer } from './rpg-server.js'

export interface ServeOptions {
  /** 0: a free port. */
  port: number
  hostname: string
  /** The file of accounts and players. */
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
  const { server, shutdown } = await createRpgServer({ storage, accounts, logger: terminal.logger })
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
    terminal.print(`There are no accounts yet. Add one: npx tygase user add NAME --db ${db}, or use --demo`)
  }
  await untilInterrupted
  await shutdown('the server was shut down')
  await storage.close()
  terminal.print('All players are saved. Bye.')
  return 0
}
