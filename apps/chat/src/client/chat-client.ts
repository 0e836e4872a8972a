import type { ChannelMessage, Connection } from '@tygase/client'
import type { LineTerminal } from '@tygase/terminal'
import { printable } from '@tygase/terminal'
import type { chat } from '../chat.js'

/** What commands work on: a connection to a chat, and the terminal before it. */
export class ChatClient {
  /** Another one once a session was lost with its server. */
  connection: Connection<typeof chat>
  readonly terminal: LineTerminal
  /** Channels that this client has subscribed to. */
  readonly subscribed = new Set<string>()
  /** What it was called when its session was lost, until it goes on over another one: that may be lost as well. */
  formerName: string | undefined
  /** Called when there is nothing more to do. */
  readonly leave: () => void

  constructor(connection: Connection<typeof chat>, terminal: LineTerminal, leave: () => void) {
    this.connection = connection
    this.terminal = terminal
    this.leave = leave
  }

  /** What this client is called. */
  get name(): string {
    return this.#nameOf(this.connection.clientId) ?? ''
  }

  /** Resolves when the server has given a name to the session; rejects as `waitUntil` of a connection does. */
  async untilNamed(): Promise<void> {
    const { clientId } = this.connection
    await this.connection.waitUntil(({ people }) => people.has(clientId), { timeoutMs: 5000 })
  }

  /** Asks for a name. @returns it as it is kept. Rejects as `request` does */
  takeName(wanted: string): Promise<string> {
    return this.connection.request('setName', { name: wanted })
  }

  /** Hears a channel from now on. Rejects as `subscribe` of channels does. */
  async hear(channel: string): Promise<void> {
    await this.connection.channels.subscribe(channel, (message) => this.show(message))
    this.subscribed.add(channel)
  }

  /** Prints a message of a channel. */
  show({ channel, kind, data, from }: ChannelMessage): void {
    const { terminal } = this
    const who = from === undefined ? 'the server' : (this.#nameOf(from) ?? 'somebody who has left')
    const isOwn = from === this.connection.clientId
    const where = terminal.styled('dim', `[${printable(channel)}]`)
    const said = kind === 'text' ? `: ${printable(String(data))}` : ` (json): ${printable(JSON.stringify(data))}`
    terminal.print(`${where} ${terminal.styled(isOwn ? 'green' : 'cyan', printable(who))}${said}`)
  }

  #nameOf(clientId: string): string | undefined {
    return this.connection.state.people.get(clientId)?.name
  }
}
