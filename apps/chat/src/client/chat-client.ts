import type { ChannelMessage, Connection } from '@tygase/client'
import type { LineTerminal } from '@tygase/terminal'
import { printable } from '@tygase/terminal'
import type { chat } from '../chat.js'

/** A client of a chat: its connection and its terminal. Commands work on it. */
export class ChatClient {
  /** Replaced if a session is lost with its server. */
  connection: Connection<typeof chat>
  readonly terminal: LineTerminal
  /** Channels that this client has subscribed to. */
  readonly subscribed = new Set<string>()
  /** Its name when its session was lost, until it has it back: the next session may be lost as well. */
  formerName: string | undefined
  /** Ends the program. */
  readonly leave: () => void
  #isTyping = false

  constructor(connection: Connection<typeof chat>, terminal: LineTerminal, leave: () => void) {
    this.connection = connection
    this.terminal = terminal
    this.leave = leave
  }

  /** The name of this client. */
  get name(): string {
    return this.#nameOf(this.connection.clientId) ?? ''
  }

  /** Asks for a name. @returns the name as it is kept; rejects with the errors of `request` */
  takeName(wanted: string): Promise<string> {
    return this.connection.request('setName', { name: wanted })
  }

  /** Subscribes to a channel; rejects with the errors of `channels.subscribe`. */
  async hear(channel: string): Promise<void> {
    await this.connection.channels.subscribe(channel, (message) => this.show(message))
    this.subscribed.add(channel)
  }

  /** The line that is being typed has changed: the others see whether it will be a message. */
  typed(line: string): void {
    const typing = /^\s*(?:publish|json)\s/i.test(line)
    if (typing === this.#isTyping || this.connection.status === 'closed') return
    this.#isTyping = typing
    this.connection.presence.set({ typing })
  }

  /** The other clients that are typing a message, in words; the empty text for none. */
  get typists(): string {
    const { presence, clientId } = this.connection
    const names = [...presence.all].flatMap(([id, { typing }]) =>
      typing && id !== clientId ? [printable(this.#nameOf(id) ?? 'a client')] : [],
    )
    if (names.length > 3) return `${names.length} are typing`
    return names.length === 0 ? '' : `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} typing`
  }

  /** Prints a message of a channel. */
  show({ channel, kind, data, from }: ChannelMessage): void {
    const { terminal } = this
    const who = from === undefined ? 'the server' : (this.#nameOf(from) ?? 'a client that has left')
    const isOwn = from === this.connection.clientId
    const where = terminal.styled('dim', `[${printable(channel)}]`)
    const said = kind === 'text' ? `: ${printable(String(data))}` : ` (json): ${printable(JSON.stringify(data))}`
    terminal.print(`${where} ${terminal.styled(isOwn ? 'green' : 'cyan', printable(who))}${said}`)
  }

  #nameOf(clientId: string): string | undefined {
    return this.connection.state.people.get(clientId)?.name
  }
}
