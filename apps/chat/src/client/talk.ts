import { ClientError, type Connection, type ConnectOptions, connect } from '@tygase/client'
import type { LineTerminal } from '@tygase/terminal'
import { printable } from '@tygase/terminal'
import type { chat } from '../chat.js'
import { nameKey } from '../names.js'
import { ChatClient } from './chat-client.js'
import { restore } from './restore.js'
import { printError, runLine } from './run-line.js'

export interface TalkOptions {
  url: string
  /** The wanted name; undefined: the server gives one. */
  name: string | undefined
}

/** Time to wait for a new server after the session is lost. */
const comeBackMs = 30_000
/** A person at a terminal learns soon that nothing listens. */
const firstMs = 5000

/**
 * Runs a client of a chat until its input ends, it says `bye`, or the server ends it. If a session is lost with its server, the
 * client joins again under its name.
 * @returns the exit code: 1 if the connection was lost for good. @throws Error with a sentence for people
 */
export async function talk(
  { url, name }: TalkOptions,
  terminal: LineTerminal,
  untilInterrupted: Promise<void>,
): Promise<number> {
  const connection = await open(url, name, { timeoutMs: firstMs })
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
    terminal.note('')
    let next: Connection<typeof chat>
    try {
      next = await open(url, client.formerName ?? client.name, { timeoutMs: comeBackMs })
    } catch (error) {
      if (isLeaving) return
      leave()
      return terminal.print(error instanceof Error ? error.message : String(error))
    }
    if (isLeaving) return void next.disconnect()
    listen(next)
    // if this session is lost as well, `listen` begins again
    await restore(client, next).catch((error) => next.status !== 'closed' && printError(terminal, error))
  }
  terminal.onTyping = (line) => client.typed(line)
  const listen = (current: Connection<typeof chat>): void => {
    current.presence.onChange(() => terminal.note(client.typists))
    current.onStatus((status, info) => {
      if (isLeaving) return
      if (status === 'suspended') note('The connection is lost; trying to get it back …')
      if (status === 'connected') note('The connection is back.')
      if (status !== 'closed') return
      // the server was killed and does not know the session, or the grace time is over
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

async function open(
  url: string,
  name: string | undefined,
  options: ConnectOptions<typeof chat> = {},
): Promise<Connection<typeof chat>> {
  try {
    return await connect<typeof chat>(url, { ...options, data: name === undefined ? {} : { name: name.slice(0, 200) } })
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    throw new Error(`There is no way into ${url}: ${printable(error.message)} (${error.code})`)
  }
}

/** Prints the welcome and the name, or the reason why the client did not get the name that it wanted. */
async function greet(client: ChatClient, name: string | undefined): Promise<void> {
  const { terminal } = client
  terminal.print(printable(client.connection.state.welcome))
  const isOther = name !== undefined && nameKey(name.trim()) !== nameKey(client.name)
  if (isOther) await client.takeName(name).catch((error) => printError(terminal, error))
  await runLine(client, 'whoami')
}
