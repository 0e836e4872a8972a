import { ClientError, type Connection, type ConnectOptions, connect } from '@tygase/client'
import type { Clock } from '@tygase/gamestate'
import type { LineTerminal } from '@tygase/terminal'
import { CommandError, printable } from '@tygase/terminal'
import type { world } from '../world.js'
import { errorWords } from './error-words.js'
import { Sights } from './sights.js'

type ServerAddress = Parameters<typeof connect>[0]

export interface RpgClientOptions {
  /** The address of the world. */
  address: ServerAddress
  terminal: Pick<LineTerminal, 'print' | 'styled'>
  /** Ends the program. */
  leave: () => void
  /** Default: real time. */
  clock?: Clock
}

interface Credentials {
  readonly name: string
  readonly password: string
}

/** Time to wait for a new server after the session is lost. */
const comeBackMs = 30_000

/** A player at a terminal, in the world or before the login. Commands work on it. */
export class RpgClient {
  readonly terminal: Pick<LineTerminal, 'print' | 'styled'>
  readonly leave: () => void
  readonly #address: ServerAddress
  readonly #connectOptions: ConnectOptions<typeof world>
  #connection: Connection<typeof world> | undefined
  #isConnecting = false
  #hasLeft = false
  #hasFailed = false

  constructor({ address, terminal, leave, clock }: RpgClientOptions) {
    this.#address = address
    this.terminal = terminal
    this.leave = leave
    this.#connectOptions = clock === undefined ? {} : { clock }
  }

  /** True after a failed login, and after the connection was lost for good. */
  get hasFailed(): boolean {
    return this.#hasFailed
  }

  /** @throws CommandError `not_connected` */
  get connection(): Connection<typeof world> {
    if (this.#connection !== undefined) return this.#connection
    const why = this.#isConnecting ? 'you are being logged in; in a moment' : 'log in first: con NAME,PASSWORD'
    throw new CommandError('not_connected', why)
  }

  /**
   * Logs in; resolves when the player is in the world. A refused login may be tried again. If the session is lost with its
   * server, the client logs in again by itself: it keeps name and password for that.
   * Rejects with CommandError `already_connected`, or with the errors of `connect`.
   */
  async logIn(name: string, password: string): Promise<void> {
    if (this.#connection !== undefined) throw new CommandError('already_connected', 'you are logged in already')
    if (this.#isConnecting) throw new CommandError('already_connected', 'you are being logged in already')
    this.#hasLeft = false
    await this.#enter({ name, password })
  }

  /** Leaves the world and does not come back. */
  async logOut(): Promise<void> {
    const connection = this.#connection
    this.#connection = undefined
    this.#hasLeft = true
    await connection?.disconnect()
  }

  async #enter(credentials: Credentials, options: ConnectOptions<typeof world> = {}): Promise<void> {
    this.#isConnecting = true
    this.#hasFailed = true
    try {
      const connection = await connect<typeof world>(this.#address, {
        ...this.#connectOptions,
        ...options,
        credentials,
      })
      if (this.#hasLeft) return await connection.disconnect()
      this.#connection = connection
      this.#listen(connection, credentials)
      const { clientId } = connection
      await connection.waitUntil(({ players }) => players.has(clientId), { timeoutMs: 5000 })
      this.#watch(connection)
      this.#hasFailed = false
    } finally {
      this.#isConnecting = false
    }
  }

  #listen(connection: Connection<typeof world>, credentials: Credentials): void {
    const { terminal } = this
    connection.registerEventHandler('said', ({ name, text }) => {
      terminal.print(`${terminal.styled('cyan', printable(name))}: ${printable(text)}`)
    })
    connection.onStatus((status, info) => {
      if (connection !== this.#connection) return
      if (status === 'suspended') this.#note('The connection is lost; trying to get it back …')
      if (status === 'connected') this.#note('The connection is back.')
      if (status !== 'closed') return
      this.#connection = undefined
      this.#hasFailed = info?.code !== 'shutdown'
      // during a login, the login reports it
      if (isLost(info?.code) && !this.#isConnecting) void this.#comeBack(credentials)
      else this.#noteOut(info?.reason ?? 'no reason was given')
    })
  }

  async #comeBack(credentials: Credentials): Promise<void> {
    this.#note('The session is lost; logging in again …')
    try {
      await this.#enter(credentials, { timeoutMs: comeBackMs })
      if (!this.#hasLeft) this.#note('You are back in the world.')
    } catch (error) {
      // the status of a session that had begun has been printed
      const isPrinted = error instanceof ClientError && error.code === 'connection_closed'
      if (!this.#hasLeft && !isPrinted) this.#noteOut(errorWords(error))
    }
  }

  #noteOut(why: string): void {
    this.#note(`You are out of the world: ${printable(why)}. To come back: con NAME,PASSWORD`)
  }

  #note(text: string): void {
    this.terminal.print(this.terminal.styled('yellow', text))
  }

  /** Prints changes of the world from the entry of this player on. Before it, a player of an older login may be there. */
  #watch(connection: Connection<typeof world>): void {
    const { terminal } = this
    const sights = new Sights()
    const look = (): void => {
      for (const line of sights.look(connection.state.players)) terminal.print(terminal.styled('dim', line))
    }
    connection.subscribe(look)
    look()
  }
}

/** True if a session was lost with its server, or was away for too long. In all other cases an end was intended. */
function isLost(code: string | undefined): boolean {
  return code === 'resume_failed' || code === 'grace_over'
}
