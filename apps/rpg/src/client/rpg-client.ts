import { type Connection, type ConnectOptions, connect } from '@tygase/client'
import type { Clock } from '@tygase/gamestate'
import type { LineTerminal } from '@tygase/terminal'
import { printable } from '@tygase/terminal'
import type { world } from '../world.js'
import { CommandError } from './command-error.js'
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

/** What commands work on: somebody who is in the world, or is yet to log in. */
export class RpgClient {
  readonly terminal: Pick<LineTerminal, 'print' | 'styled'>
  readonly leave: () => void
  readonly #address: ServerAddress
  readonly #connectOptions: ConnectOptions
  #connection: Connection<typeof world> | undefined
  #isConnecting = false
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
    throw new CommandError('not_connected', 'log in first: con NAME,PASSWORD')
  }

  /**
   * Logs in; resolves when this player is in the world. May be tried again when it was refused.
   * Rejects with CommandError `already_connected`, or as `connect` does.
   */
  async logIn(name: string, password: string): Promise<void> {
    if (this.#connection !== undefined || this.#isConnecting) {
      throw new CommandError('already_connected', 'you are logged in already')
    }
    this.#isConnecting = true
    this.#hasFailed = true
    try {
      const credentials = { name, password }
      const connection = await connect<typeof world>(this.#address, { ...this.#connectOptions, credentials })
      this.#connection = connection
      this.#listen(connection)
      const { clientId } = connection
      await connection.waitUntil(({ players }) => players.has(clientId), { timeoutMs: 5000 })
      this.#watch(connection)
      this.#hasFailed = false
    } finally {
      this.#isConnecting = false
    }
  }

  /** Leaves the world, if it is there. */
  async logOut(): Promise<void> {
    const connection = this.#connection
    this.#connection = undefined
    await connection?.disconnect()
  }

  #listen(connection: Connection<typeof world>): void {
    const { terminal } = this
    connection.registerEventHandler('said', ({ name, text }) => {
      terminal.print(`${terminal.styled('cyan', printable(name))}: ${printable(text)}`)
    })
    connection.onStatus((status, info) => {
      if (connection !== this.#connection) return
      const note = (text: string): void => terminal.print(terminal.styled('yellow', text))
      if (status === 'suspended') note('The connection is lost; trying to get it back …')
      if (status === 'connected') note('The connection is back.')
      if (status !== 'closed') return
      this.#connection = undefined
      this.#hasFailed = info?.code !== 'shutdown'
      note(
        `You are out of the world: ${printable(info?.reason ?? 'no reason was given')}. To come back: con NAME,PASSWORD`,
      )
    })
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
