import { PassThrough, Writable } from 'node:stream'
import { LineTerminal } from '@tygase/terminal'
import { type Simulation, simulate } from '@tygase/testkit'
import { chat } from '../src/chat.js'
import { ChatClient } from '../src/client/chat-client.js'
import { restore } from '../src/client/restore.js'
import { runLine } from '../src/client/run-line.js'
import { ChatServer, maxChannels } from '../src/server/chat-server.js'

/** Unix time at the beginning of a play. */
export const beginMs = Date.UTC(2026, 0, 1)

/** A person at the terminal of a chat, and the lines that are printed. */
export class Typist {
  readonly client: ChatClient
  readonly #simulation: Simulation<typeof chat>
  #printed = ''
  hasLeft = false

  constructor(simulation: Simulation<typeof chat>, index: number) {
    this.#simulation = simulation
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#printed += chunk.toString()
        done()
      },
    })
    const terminal = new LineTerminal({ input: new PassThrough(), output })
    const { connection } = simulation.clients[index]!
    this.client = new ChatClient(connection, terminal, () => {
      this.hasLeft = true
    })
  }

  /** Types a line and waits for the answer. @returns what was printed meanwhile */
  async type(line: string): Promise<string> {
    await this.#simulation.complete(runLine(this.client, line))
    return this.take()
  }

  /** The output since the last call. */
  take(): string {
    const printed = this.#printed
    this.#printed = ''
    return printed
  }
}

/** A chat in virtual time. */
export class ChatPlay {
  readonly simulation: Simulation<typeof chat>

  private constructor(simulation: Simulation<typeof chat>) {
    this.simulation = simulation
  }

  static async begin(clients: number): Promise<ChatPlay> {
    let simulation: Simulation<typeof chat> | undefined
    const now = (): number => simulation?.nowMs ?? 0
    simulation = await simulate({
      game: chat,
      clients,
      seed: 1,
      server: { channels: { maxChannels } },
      onStart: (server) => void new ChatServer(server, { now }, () => beginMs + now()),
    })
    const { clients: all } = simulation
    await simulation.runUntil(() => all.every(({ connection }) => connection.state.people.size === clients))
    return new ChatPlay(simulation)
  }

  /** The person at a client. */
  at(index: number): Typist {
    return new Typist(this.simulation, index)
  }

  /** One more client joins. */
  async join(): Promise<Typist> {
    const client = this.simulation.addClient()
    const connection = await this.simulation.complete(client.connected)
    await this.simulation.runUntil(() => connection.state.people.has(connection.clientId))
    return this.at(client.index)
  }

  /** A client leaves; resolves when the others know. */
  async leave({ client: { connection } }: Typist): Promise<void> {
    await this.simulation.complete(connection.disconnect())
    await this.simulation.runUntil(() => !this.simulation.server.store.state.people.has(connection.clientId))
  }

  /** The server's process dies. Another one takes its place and knows no client. */
  async crash(): Promise<void> {
    this.simulation.serverProcess.crash()
    await this.simulation.serverProcess.restart({ downMs: 1000 })
  }

  /** Goes on with a session of the new server, as a client does that has lost its own. @returns the output */
  async comeBack(typist: Typist): Promise<string> {
    const connection = await this.simulation.complete(this.simulation.addClient().connected)
    await this.simulation.complete(restore(typist.client, connection))
    return typist.take()
  }
}
