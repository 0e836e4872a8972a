import { ClientError, type Connection, connect } from '@tygase/client'
import type { chat } from '../chat.js'
import type { LineTerminal } from '../terminal/line-terminal.js'
import { printable } from '../terminal/printable.js'
import { ChatClient } from './chat-client.js'
import { runLine } from './run-line.js'

export interface TalkOptions {
  url: string
  /** Taken at once; undefined: the one that the server gives. */
  name: string | undefined
}

/**
 * A client of a chat, until its input ends, it says `bye`, or the server ends it.
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
  connection.onStatus((status, info) => {
    if (isLeaving) return
    if (status === 'suspended')
      terminal.print(terminal.styled('yellow', 'The connection is lost; trying to get it back …'))
    if (status === 'connected') terminal.print(terminal.styled('yellow', 'The connection is back.'))
    if (status !== 'closed') return
    leave()
    terminal.print(`The server has ended it: ${printable(info?.reason ?? 'no reason was given')}.`)
  })
  await greet(client, name)
  await terminal.read((line) => runLine(client, line))
  const wasClosed = connection.status === 'closed'
  isLeaving = true
  await connection.disconnect()
  if (!wasClosed) terminal.print('Bye.')
  return wasClosed && connection.closeInfo?.code !== 'shutdown' ? 1 : 0
}

async function open(url: string): Promise<Connection<typeof chat>> {
  try {
    return await connect<typeof chat>(url)
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    const why = error.closeInfo?.reason ?? 'nobody answers there'
    throw new Error(`There is no way into ${url}: ${printable(why)} (${error.code})`)
  }
}

/** Prints the welcome once it is known who this is. */
async function greet(client: ChatClient, name: string | undefined): Promise<void> {
  const { connection, terminal } = client
  const { clientId } = connection
  await connection.waitUntil(({ people }) => people.has(clientId), { timeoutMs: 5000 })
  terminal.print(printable(connection.state.welcome))
  if (name !== undefined) await runLine(client, `name ${name}`)
  await runLine(client, 'whoami')
}
