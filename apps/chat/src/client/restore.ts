import { type Connection, RefusalError } from '@tygase/client'
import { printable } from '@tygase/terminal'
import type { chat } from '../chat.js'
import type { ChatClient } from './chat-client.js'
import { printError } from './run-line.js'

/**
 * Goes on with another session, of a server that does not know the session before: under the same name, unless it is taken by
 * now, and with the same channels, which are created if they are gone. Prints what it cannot get back. Rejects if the session
 * ends meanwhile.
 */
export async function restore(client: ChatClient, connection: Connection<typeof chat>): Promise<void> {
  const { terminal, subscribed } = client
  const name = client.formerName ?? client.name
  client.formerName = name
  const channels = [...subscribed]
  client.connection = connection
  if (client.name !== name) await unlessRefused(client, () => client.takeName(name))
  for (const channel of channels) {
    if (!(await unlessRefused(client, () => hearOrCreate(client, channel)))) subscribed.delete(channel)
  }
  client.formerName = undefined
  const heard = [...subscribed].map(printable).join(', ')
  const rest = heard === '' ? '' : `, and you hear ${heard}`
  terminal.print(terminal.styled('yellow', `You are back as ${printable(client.name)}${rest}.`))
}

async function hearOrCreate(client: ChatClient, channel: string): Promise<void> {
  try {
    await client.hear(channel)
  } catch (error) {
    if (!(error instanceof RefusalError) || error.code !== 'unknown_channel') throw error
    // another client that is back may create it first
    await client.connection.request('createChannel', { channel }).catch(() => {})
    await client.hear(channel)
  }
}

/** Prints a refusal of the server. @returns true if there was none */
async function unlessRefused(client: ChatClient, ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error
    printError(client.terminal, error)
    return false
  }
}
