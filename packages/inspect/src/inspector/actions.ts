import { validateEvent } from '@tygase/gamestate/internal'
import { RefusalError } from '@tygase/server'
import type { RoomCore } from '@tygase/server/internal'
import type { LookActions } from '../shared/look-requests.js'
import { stateWith } from './edit-state.js'
import type { Recordings } from './recordings.js'
import type { WatchedRoom } from './watched-room.js'

/** What an action works on. */
interface ActionPlace {
  readonly watched: WatchedRoom
  readonly recordings: Recordings
}

/** Does an action. @returns its result, and what the log says of it. @throws RefusalError; errors of the server */
type Action<Name extends keyof LookActions> = (
  place: ActionPlace,
  data: LookActions[Name]['data'],
) => LookActions[Name]['result']

/** What a person may do to a room, by name. */
export const actions: { readonly [Name in keyof LookActions]: Action<Name> } = {
  send({ watched: { room } }, { name, data, clientId }) {
    const { game } = room.machine
    if (!Object.hasOwn(game.events, name)) throw new RefusalError('not_found', 'the game has no such event')
    // the schema is asked now: a refusal in the tick would be seen in the log alone
    const checked = validateEvent(game, name, data)
    if ('code' in checked) throw new RefusalError('request_invalid', `${checked.code}: ${checked.message}`)
    if (clientId === undefined) room.pushEvent(name as never, data as never)
    else room.pushEvent(name as never, data as never, clientId as never)
    return null
  },

  dispatch({ watched: { room } }, { name, data, to }) {
    if (!Object.hasOwn(room.machine.game.serverEvents ?? {}, name))
      throw new RefusalError('not_found', 'the game has no such event for clients')
    room.dispatchEvent(name as never, data as never, (to === undefined ? {} : { to }) as never)
    return null
  },

  edit({ watched: { room } }, { path, value }) {
    const { store, machine } = room
    if (machine.stepping) throw new RefusalError('look_failed', 'a tick is being made')
    const state = store.state as Parameters<typeof stateWith>[0]
    const next = stateWith(state, path, value)
    // ticks that change nothing make no version: the edit takes the number of the last one, or goes before the next
    if (next !== state) store.commit(next as never, Math.max(store.version + 1, machine.tick))
    return { version: store.version }
  },

  kick({ watched: { room } }, { clientId, reason }) {
    const client = room.clients.get(clientId)
    if (client === undefined) throw new RefusalError('not_found', 'there is no such client')
    client.disconnect(reason)
    return null
  },

  pause({ watched }) {
    watched.pause()
    return null
  },

  resume({ watched: { room } }) {
    room.resume()
    return null
  },

  step({ watched: { room } }, { ticks = 1 }) {
    const { machine } = room
    if (machine.running) throw new RefusalError('request_invalid', 'the room has to be paused first')
    // reason: the rooms of a server are cores, which have its clock
    const { clock } = room as unknown as RoomCore
    for (let made = 0; made < ticks; made++) machine.step({ timeMs: clock.now() })
    return { tick: machine.tick }
  },

  record({ watched: { room }, recordings }) {
    return { id: recordings.begin(room) }
  },

  stopRecording({ recordings }, { id }) {
    recordings.stop(id)
    return null
  },
}
