import type { Clock, Logger } from '@tygase/gamestate'
import { channelsEvent } from '@tygase/protocol'
import type { EventIntake } from '../event-intake.js'
import type { OwnedConnection } from '../owned-connection.js'
import type { WriteSoon } from './channel.js'
import { channelIntake } from './channel-intake.js'
import type { ChannelsOptions } from './channel-options.js'
import { ChannelTable } from './channel-table.js'
import { Channels } from './channels.js'

export interface ServerChannelsOptions {
  clock: Clock
  logger: Logger
  channels: ChannelsOptions | undefined
  connections: ReadonlyMap<string, OwnedConnection>
  intake: EventIntake
  writeSoon: WriteSoon
}

/** The channels of one server, and what its clients ask of them. */
export class ServerChannels {
  readonly table: ChannelTable
  readonly channels: Channels
  readonly #options: ServerChannelsOptions

  constructor(options: ServerChannelsOptions) {
    this.#options = options
    this.table = new ChannelTable('room', options.clock, options.logger, options.channels)
    this.channels = new Channels(this.table)
    this.joinTo(undefined)
  }

  /** Clients reach the channels of all rooms together, too. */
  joinTo(all: ChannelTable | undefined): void {
    const { intake, connections, writeSoon } = this.#options
    const tables = all === undefined ? { room: this.table } : { room: this.table, server: all }
    intake.register(channelsEvent, channelIntake(tables, connections, writeSoon))
  }
}
