import { type Connection, connect, RefusalError, type ServerAddress } from '@tygase/client'
import { tag } from '../game.js'
import { toThousandths } from '../rules/movement.js'
import { type Frame, frameOf } from './frame.js'
import type { Direction } from './input/steering.js'
import { link, prediction } from './network.js'

export interface Tagged {
  by: string
  whom: string
}

export interface PlayListener {
  onTagged(tagged: Tagged): void
  onChosen(whom: string): void
  /** The connection has lost its transport, has come back, or has ended. */
  onStatus(status: 'connected' | 'suspended' | 'closed', code: string | undefined, reason: string | undefined): void
}

/** Steering is sent again until it arrives: a disc whose stop is lost would run on for ever. */
const retries = Number.POSITIVE_INFINITY

/** One connection to the game. */
export class Play {
  readonly connection: Connection<typeof tag>

  /** @throws as a rejection: the errors of `connect` */
  static async open(address: ServerAddress, listener: PlayListener): Promise<Play> {
    return new Play(await connect(address, { game: tag, predict: prediction, link }), listener)
  }

  private constructor(connection: Connection<typeof tag>, listener: PlayListener) {
    this.connection = connection
    connection.registerEventHandler('tagged', (tagged) => listener.onTagged(tagged))
    connection.registerEventHandler('chosen', ({ whom }) => listener.onChosen(whom))
    connection.onStatus((status, info) => {
      if (status === 'connecting' || status === 'disconnecting') return
      listener.onStatus(status, info?.code, info?.reason)
    })
  }

  /** The picture of now. */
  get frame(): Frame {
    return frameOf(this.connection.scene(), this.connection.time)
  }

  get joined(): boolean {
    return this.connection.state.players.has(this.connection.clientId)
  }

  /** @returns the reason of a refusal; undefined if the player takes part */
  async join(name: string, colour: number | undefined): Promise<string | undefined> {
    try {
      await this.connection.request('join', { name, ...(colour !== undefined && { colour }) })
      return undefined
    } catch (error) {
      if (error instanceof RefusalError) return error.message
      // the connection has ended meanwhile: its status says why
      return this.connection.status === 'closed' ? undefined : String(error)
    }
  }

  steer({ dx, dy }: Direction): void {
    if (this.connection.status === 'closed' || !this.joined) return
    this.connection.dispatchEvent('steer', { dx: toThousandths(dx), dy: toThousandths(dy) }, { retries, replace: true })
  }

  /** The name of a client, as the player reads it. */
  nameOf(clientId: string | undefined): string {
    if (clientId === undefined) return 'no client'
    if (clientId === this.connection.clientId) return 'you'
    return this.connection.state.players.get(clientId)?.name ?? 'a client that watches'
  }
}
