import { ClientError, type Connection, type ConnectOptions, connect } from '@tygase/client'
import type { Clock } from '@tygase/gamestate'
import type { LineTerminal } from '@tygase/terminal'
import { printable } from '@tygase/terminal'
import type { world } from '../world.js'
import { CommandError } from './command-error.js'
import { errorWords } from './error-words.js'
import { Sights } from './sights.js'

type ServerAddress = Parameters<typeof connect>[0]

export interface RpgClientOptions {
  /** Where the world is. */
  address: ServerAddress
  terminal: Pick<LineTerminal, 'print' | 'styled'>
  /** Called when there is nothing more to do. */
  leave: () => void
  /** Default: real time. */
  clock?: Clock
}

interface Credentials {
  readonly name: string
  readonly password: string
}

/** How long a server that has begun anew is waited for, once the session is lost. */
const comeBackMs = 30_000

/** What commands work on: somebody who is in the world, or is yet to log in. */
export class RpgClient {
  readonly terminal: Pick<LineTerminal, 'print' | 'styled'>
  readonly leave: () => void
  readonly #address: ServerAddress
  readonly #connectOptions: ConnectOptions
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

  /** Whether it was not let in at last, or has lost its connection for good. */
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
   * Logs in; resolves when this player is in the world. May be tried again when it was refused. Where the session is lost with its
   * server, the player comes back by itself, for which name and password are kept until then.
   * Rejects with CommandError `already_connected`, or as `connect` does.
   */
  async logIn(name: string, password: string): Promise<void> {
    if (this.#connection !== undefined) throw new CommandError('already_connected', 'you are logged in already')
    if (this.#isConnecting) throw new CommandError('already_connected', 'you are being logged in already')
    this.#hasLeft = false
    await this.#enter({ name, password })
  }

  /** Leaves the world, if it is there, and comes back no more. */
  async logOut(): Promise<void> {
    const connection = this.#connection
    this.#connection = undefined
    this.#hasLeft = true
    await connection?.disconnect()
  }

  async #enter(credentials: Credentials, options: ConnectOptions = {}): Promise<void> {
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
      // who is not in the world yet is told by the login itself
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
      // of a session that had begun its status has told already
      const isTold = error instanceof ClientError && error.code === 'connection_closed'
      if (!this.#hasLeft && !isTold) this.#noteOut(errorWords(error))
    }
  }

  #noteOut(why: string): void {
    this.#note(`You are out of the world: ${printable(why)}. To come back: con NAME,PASSWORD`)
  }

  #note(text: string): void {
    this.terminal.print(this.terminal.styled('yellow', text))
  }

  /** Tells what happens from the moment on when this player has entered: before it, one of an older login may be there. */
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

/** Whether a session was lost with a server that was killed, or that was away for too long; all else is somebody's will. */
function isLost(code: string | undefined): boolean {
  return code === 'resume_failed' || code === 'grace_over'
}
