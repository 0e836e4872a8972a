import { TygaseError } from '@tygase/gamestate'
import { type ChannelScope, RefusalError } from '@tygase/protocol'
import type { OwnedConnection } from '../owned-connection.js'
import type { WriteSoon } from './channel.js'
import type { ChannelTable } from './channel-table.js'

type Tables = Readonly<Partial<Record<ChannelScope, ChannelTable>>>

/**
 * Does what a client asks of channels. What is wrong with it is refused, with a code, and costs the client nothing else.
 * @param tables those of the client's room, and those of all rooms together where there are rooms
 */
export function channelIntake(
  tables: Tables,
  connections: ReadonlyMap<string, OwnedConnection>,
  writeSoon: WriteSoon,
): (data: unknown, sender: { readonly clientId: string }) => unknown {
  return (data, { clientId }) => {
    const [action, scope, name, kind, content] = Array.isArray(data) ? (data as unknown[]) : []
    const connection = connections.get(clientId)
    const table = scope === 'room' || scope === 'server' ? tables[scope] : undefined
    if (connection === undefined || table === undefined) throw invalid()
    try {
      if (action === 'list') return table.page(name)
      if (action === 'create') return table.createFor(connection, name, writeSoon)
      if (action === 'subscribe') return table.subscribe(connection, name, writeSoon)
      if (action === 'unsubscribe') return table.unsubscribe(connection, name)
      if (action === 'publish') return table.publishFrom(connection, name, kind, content)
    } catch (error) {
      if (error instanceof TygaseError) throw new RefusalError(error.code, error.message, { cause: error })
      throw error
    }
    throw invalid()
  }
}

function invalid(): RefusalError {
  return new RefusalError('channel_invalid', 'not a request that channels have')
}
