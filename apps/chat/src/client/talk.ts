import { ClientError, type Connection, type ConnectOptions, connect } from '@tygase/client'
import type { LineTerminal } from '@tygase/terminal'
import { printable } from '@tygase/terminal'
import type { chat } from '../chat.js'
import { ChatClient } from './chat-client.js'
import { restore } from './restore.js'
import { printError, runLine } from './run-line.js'

export interface TalkOptions {
  url: string
  /** Taken at once; undefined: the one that the server gives. */
  name: string | undefined
}

/** How long a server that has begun anew is waited for, once the session is lost. */
const comeBackMs = 30_000

/**
 * A client of a chat, until its input ends, it says `bye`, or the server ends it. Where a session is lost with its server, the client
 * joins again as who it was.
 * @returns the exit code: 1 when the connection was lost for good. @throws Error with a sentence for people
 */
export async function talk(
  { url, name }: TalkOptions,
  terminal: LineTerminal,
  untilInterrupted: Promise<void>,
): Promise<number> {
  const connection = await open(url)
  let isLeaving = false
  const leave = (): void => {
    isLeaving = true
    terminal.stop()
  }
  void untilInterrupted.then(leave)
  const client = new ChatClient(connection, terminal, leave)
  const note = (text: string): void => terminal.print(terminal.styled('yellow', text))
  const comeBack = async (): Promise<void> => {
    note('The session is lost; joining again …')
    let next: Connection<typeof chat>
    try {
      next = await open(url, { timeoutMs: comeBackMs })
    } catch (error) {
      if (isLeaving) return
      leave()
      return terminal.print(error instanceof Error ? error.message : String(error))
    }
    if (isLeaving) return void next.disconnect()
    listen(next)
    // where this session is lost as well, it is told of and comes back by itself
    await restore(client, next).catch((error) => next.status !== 'closed' && printError(terminal, error))
  }
  const listen = (current: Connection<typeof chat>): void => {
    current.onStatus((status, info) => {
      if (isLeaving) return
      if (status === 'suspended') note('The connection is lost; trying to get it back …')
      if (status === 'connected') note('The connection is back.')
      if (status !== 'closed') return
      // what a server that was killed no longer knows, and what it has waited for long enough
      if (info?.code === 'resume_failed' || info?.code === 'grace_over') return void comeBack()
      leave()
      terminal.print(`The server has ended it: ${printable(info?.reason ?? 'no reason was given')}.`)
    })
  }
  listen(connection)
  await greet(client, name)
  await terminal.read((line) => runLine(client, line))
  const { status, closeInfo } = client.connection
  isLeaving = true
  await client.connection.disconnect()
  if (status !== 'closed') terminal.print('Bye.')
  return status === 'closed' && closeInfo?.code !== 'shutdown' ? 1 : 0
}

async function open(url: string, options: ConnectOptions = {}): Promise<Connection<typeof chat>> {
  try {
    return await connect<typeof chat>(url, options)
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    const why = error.closeInfo?.reason ?? 'nobody answers there'
    throw new Error(`There is no way into ${url}: ${printable(why)} (${error.code})`)
  }
}

/** Prints the welcome once it is known who this is. */
async function greet(client: ChatClient, name: string | undefined): Promise<void> {
  const { terminal } = client
  await client.untilNamed()
  terminal.print(printable(client.connection.state.welcome))
  if (name !== undefined) await client.takeName(name).catch((error) => printError(terminal, error))
  await runLine(client, 'whoami')
}
