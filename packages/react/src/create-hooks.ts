import { ClientError, type Connection } from '@tygase/client'
import type { AnyGame, Immutable, ServerEventsOf, StateOf } from '@tygase/gamestate'
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react'
import { createProvider, type GameContextValue, type GameProviderProps } from './provider.js'
import { type Draw, useFrames } from './use-frames.js'
import { useLatest } from './use-latest.js'
import { type Equal, useSelected } from './use-selected.js'

type State<G extends AnyGame> = Immutable<StateOf<G>>
type Members<G extends AnyGame> = Connection<G>['members']
type PresenceOf<G extends AnyGame> = Connection<G>['presence']
type EventInfo<G extends AnyGame> = Parameters<Parameters<Connection<G>['registerEventHandler']>[1]>[1]

/** The session of the connection. */
export interface GameStatus<G extends AnyGame = AnyGame> {
  /** `suspended` while the transport is lost: the state stays, events wait, and the client tries to resume. */
  readonly status: Connection<G>['status']
  /** Why the session has ended, once it is `closed`. */
  readonly closeInfo: Connection<G>['closeInfo']
  /** Joins anew, as another client: after `closed`, or to leave and come again. */
  readonly retry: () => void
}

/** The room of the connection, and its host client. The same object until something has changed. */
export interface GameRoom<G extends AnyGame = AnyGame> {
  /** Kind, id and metadata, as of `connection.room`. */
  readonly room: Connection<G>['room']
  /** True if this client is the host client. */
  readonly isHost: boolean
  /** Undefined if there is none. */
  readonly hostClientId: string | undefined
  /** False while the game is paused. */
  readonly gameRunning: boolean
}

/** The provider of a game, and the hooks for the components below it. They throw `invalid_argument` without it. */
export interface GameHooks<G extends AnyGame> {
  /** Connects, and gives its children the connection. */
  readonly GameProvider: (props: GameProviderProps<G>) => ReactNode
  /** The connection, for `dispatchEvent`, `request` and all else. It renders again only if there is another one. */
  useConnection(): Connection<G>
  /**
   * Takes something from the state, and renders again when that has changed.
   * @param selector pure; may be another function in each render
   * @param options `equal`: when two results count as the same; default: the same value, or arrays or objects of the same parts.
   * `predicted: true`: takes it from `connection.predicted`
   * @returns what was selected: the same object as long as it is equal
   */
  useGame<Value>(selector: (state: State<G>) => Value, options?: { equal?: Equal<Value>; predicted?: boolean }): Value
  /**
   * Draws outside of renders: calls `draw` once for each frame of the screen with what `connection.scene()` returns. The component is
   * not rendered for it. Needs the option `game`. An error of `draw` goes to the next error boundary.
   */
  useScene(draw: Draw<State<G>>): void
  /**
   * Handles an event of the server while the component is there. The handler of the newest render is called.
   * @param options as of `registerEventHandler`
   */
  useEvent<Name extends keyof ServerEventsOf<G> & string>(
    name: Name,
    handler: (data: ServerEventsOf<G>[Name], info: EventInfo<G>) => unknown,
    options?: { onRetract?: (data: ServerEventsOf<G>[Name]) => unknown },
  ): void
  /** The members of the room by client id, or what a selector takes from them. */
  useMembers(): Members<G>
  useMembers<Value>(selector: (members: Members<G>) => Value, equal?: Equal<Value>): Value
  /** The presence of all clients by id, and a function that sets one's own. */
  usePresence(): readonly [all: PresenceOf<G>['all'], set: PresenceOf<G>['set']]
  /** The room and its host client. Renders when one of them has changed. */
  useRoom(): GameRoom<G>
  /** The status of the connection, why it has closed, and `retry`. Renders when the status has changed. */
  useStatus(): GameStatus<G>
}

const same = <Value>(value: Value): Value => value

/**
 * Makes the provider and the hooks of a game. Call it once, in a module of its own, and export them.
 * @typeParam G the game, from which all hooks take their types: `createHooks<typeof game>()`
 */
export function createHooks<G extends AnyGame = AnyGame>(): GameHooks<G> {
  const context = createContext<GameContextValue<G> | undefined>(undefined)
  context.displayName = 'Game'

  function useGameContext(): GameContextValue<G> {
    const value = useContext(context)
    if (value !== undefined) return value
    throw new ClientError('invalid_argument', 'the hooks of createHooks need its GameProvider above them')
  }

  const useConnection = (): Connection<G> => useGameContext().connection

  function useGame<Value>(
    selector: (state: State<G>) => Value,
    { equal, predicted = false }: { equal?: Equal<Value>; predicted?: boolean } = {},
  ): Value {
    const connection = useConnection()
    const { subscribe, read } = useMemo(
      () => ({
        subscribe: (listener: () => void) => connection.subscribe(listener, { predicted }),
        read: () => (predicted ? connection.predicted : connection.state),
      }),
      [connection, predicted],
    )
    return useSelected(subscribe, read, selector, equal)
  }

  function useScene(draw: Draw<State<G>>): void {
    const { scene } = useConnection()
    useFrames(scene, draw)
  }

  function useEvent<Name extends keyof ServerEventsOf<G> & string>(
    name: Name,
    handler: (data: ServerEventsOf<G>[Name], info: EventInfo<G>) => unknown,
    { onRetract }: { onRetract?: (data: ServerEventsOf<G>[Name]) => unknown } = {},
  ): void {
    const connection = useConnection()
    const latest = useLatest({ handler, onRetract })
    useEffect(
      () =>
        connection.registerEventHandler(name, (data, info) => latest.current.handler(data, info), {
          onRetract: (data) => latest.current.onRetract?.(data),
        }),
      [connection, name, latest],
    )
  }

  function useMembers<Value>(selector?: (members: Members<G>) => Value, equal?: Equal<Value>): Value {
    const connection = useConnection()
    const read = useMemo(() => () => connection.members, [connection])
    // reason: without a selector it returns the members
    return useSelected(connection.onMembersChange, read, selector ?? (same as (members: Members<G>) => Value), equal)
  }

  function usePresence(): readonly [PresenceOf<G>['all'], PresenceOf<G>['set']] {
    const { presence } = useConnection()
    const read = useMemo(() => () => presence.all, [presence])
    const all = useSelected(presence.onChange, read, same)
    return useMemo(() => [all, presence.set], [all, presence])
  }

  function useRoom(): GameRoom<G> {
    const connection = useConnection()
    const read = useMemo(
      () => (): GameRoom<G> => {
        const { room, isHost, hostClientId, gameRunning } = connection
        return { room, isHost, hostClientId, gameRunning }
      },
      [connection],
    )
    return useSelected(connection.onGameChange, read, same)
  }

  function useStatus(): GameStatus<G> {
    const { connection, retry } = useGameContext()
    const read = useMemo(
      () => (): GameStatus<G> => ({ status: connection.status, closeInfo: connection.closeInfo, retry }),
      [connection, retry],
    )
    return useSelected(connection.onStatus, read, same)
  }

  const GameProvider = createProvider(context)
  return {
    GameProvider,
    useConnection,
    useGame,
    useScene,
    useEvent,
    // reason: the interface has both forms
    useMembers: useMembers as GameHooks<G>['useMembers'],
    usePresence,
    useRoom,
    useStatus,
  }
}
