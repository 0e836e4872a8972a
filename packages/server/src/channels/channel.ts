import { Listeners } from '@tygase/gamestate'
import type { ChannelMessage } from '@tygase/protocol'
import type { OwnedConnection } from '../owned-connection.js'
import type { PublishRight } from './channel-options.js'

/** How a subscriber is written to without waiting for the tick. */
export type WriteSoon = (connection: OwnedConnection) => void

/** Somebody on the server who listens. */
export type ChannelListener = (message: ChannelMessage) => void

/** One channel: who has subscribed, and who may publish. */
export class Channel {
  readonly name: string
  readonly publishers: PublishRight
  readonly maxSubscribers: number
  /** Whether it goes with its last subscriber. */
  readonly isPassing: boolean
  readonly subscribers = new Map<OwnedConnection, WriteSoon>()
  readonly listeners = new Listeners<Parameters<ChannelListener>>()

  constructor(name: string, publishers: PublishRight, maxSubscribers: number, isPassing: boolean) {
    this.name = name
    this.publishers = publishers
    this.maxSubscribers = maxSubscribers
    this.isPassing = isPassing
  }

  /** Whether a client may publish. */
  takesFrom(connection: OwnedConnection): boolean {
    if (this.publishers === 'all') return true
    return this.publishers === 'subscribers' && this.subscribers.has(connection)
  }
}
