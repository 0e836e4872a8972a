import { type AnyGame, GameStateMachine, GameStateStore } from '@tygase/gamestate'
import { ServerError } from '../errors.js'
import { Server } from '../server.js'
import type { RoomDefinition, RoomSurroundings } from './room-definition.js'
import { copyMetadata } from './room-metadata.js'
import type { SettledRoomOptions } from './room-options.js'
import { StateSaver } from './state-saver.js'

const hooks = ['onAuth', 'onCreate', 'onJoin', 'onLeave', 'onTick', 'onShutdown'] as const
const switches = ['runWhenEmpty', 'private', 'madeByClients', 'tellMembers', 'handOverHost'] as const

/**
 * Finds what would fail each room of a kind, before there is one. The state that rooms begin with is not made for it.
 * @throws ServerError, ProtocolError, GameStateError, StorageError `invalid_argument` naming the option that is out of range
 */
export function checkDefinition<R>(definition: RoomDefinition<AnyGame, R>, surroundings: RoomSurroundings): void {
  const { game, options } = definition
  const { clock, random, logger, limits } = surroundings
  for (const name of hooks) checkFunction(name, options[name])
  for (const name of switches) checkSwitch(name, options[name])
  for (const [event, handler] of Object.entries(options.onMessage ?? {})) {
    if (!Object.hasOwn(game.events, event)) {
      throw new ServerError('invalid_argument', `onMessage has a handler of '${event}', which is no event of the game`)
    }
    if (typeof handler !== 'function') throw noFunction(`the handler of '${event}'`, handler)
  }
  copyMetadata(options.metadata ?? {})
  checkSave(definition, surroundings)
  // what rooms are made of knows best what it takes
  const store = new GameStateStore<object>({}, options)
  const eventWire = new GameStateMachine(store, game, { ...options, logger })
  new Server(store, { ...options, clock, random, logger, limits: { ...limits, ...options.limits }, eventWire })
}

function checkSave<R>({ name, options: { save } }: RoomDefinition<AnyGame, R>, surroundings: RoomSurroundings): void {
  if (save === undefined) return
  const { clock, logger } = surroundings
  const { version, intervalMs, migrate, storage = surroundings.storage } = save
  if (storage === undefined) {
    throw new ServerError('invalid_argument', 'to save rooms, the server or the kind of room needs a storage')
  }
  if (!(Number.isSafeInteger(version) && version >= 0)) {
    throw new ServerError('invalid_argument', `save.version is a whole number from 0, not ${version}`)
  }
  checkFunction('save.migrate', migrate)
  if (intervalMs === undefined) return
  const read = (): { state: object; tick: number } => ({ state: {}, tick: 0 })
  new StateSaver<object>({ storage, key: `rooms/${name}`, version, read, intervalMs, clock, logger })
}

function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw noFunction(name, value)
}

function noFunction(name: string, value: unknown): ServerError {
  return new ServerError('invalid_argument', `${name} is a function, not ${typeof value}`)
}

function checkSwitch(name: keyof SettledRoomOptions<AnyGame, never>, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return
  throw new ServerError('invalid_argument', `${name} is true or false, not ${value}`)
}
