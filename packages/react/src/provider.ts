import { type Connection, type ConnectOptions, connect, type ServerAddress } from '@tygase/client'
import type { RequiredData } from '@tygase/client/internal'
import type { AnyGame } from '@tygase/gamestate'
import { type Context, createElement, type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { keyOf } from './address-key.js'
import { Shared } from './shared.js'
import { useLatest } from './use-latest.js'

/** The hooks below a provider find this. */
export interface GameContextValue<G extends AnyGame> {
  readonly connection: Connection<G>
  /** Leaves, and joins anew. Does nothing with a connection that was given. */
  readonly retry: () => void
}

/** A connection that was made elsewhere: the provider neither opens nor closes it. */
interface GivenConnection<G extends AnyGame> {
  connection: Connection<G>
  children?: ReactNode
}

/** Where to connect, and what to show meanwhile. */
interface OwnConnection {
  /**
   * As of `connect`. Another address is another game: the provider leaves the one, joins the other, and mounts its children anew. A
   * `Server` or a function is another address if it is another object, so keep it.
   */
  address: ServerAddress
  /** Shown until the client has joined, and by a server that renders. Default: nothing. */
  fallback?: ReactNode
  /** Shown if the client cannot join. Default: the error goes to the next error boundary. */
  failed?: (error: unknown, retry: () => void) => ReactNode
  children?: ReactNode
  connection?: never
}

/** Options of `connect`, read when it connects: a change has no effect until then. */
type OwnOptions<G extends AnyGame> =
  unknown extends RequiredData<G>
    ? { options?: ConnectOptions<G> & { signal?: never } }
    : { options: ConnectOptions<G> & RequiredData<G> & { signal?: never } }

/** Properties of the `GameProvider` of `createHooks`. */
export type GameProviderProps<G extends AnyGame> = GivenConnection<G> | (OwnConnection & OwnOptions<G>)

/**
 * Makes the component that connects and puts the connection into the context.
 *
 * It connects in an effect, never while it renders: a render that React throws away costs nothing. In development React mounts
 * each effect twice, and there is still one connection. It is closed when the provider goes.
 */
export function createProvider<G extends AnyGame>(
  context: Context<GameContextValue<G> | undefined>,
): (props: GameProviderProps<G>) => ReactNode {
  function Own({ address, options, fallback = null, failed, children }: OwnConnection & { options?: object }) {
    const latest = useLatest(options)
    const [shared] = useState(
      () =>
        new Shared<Connection<G>>(
          // reason: the types of the properties ask for the data that the game wants
          (signal) => connect<AnyGame>(address, { ...latest.current, signal }) as Promise<Connection<G>>,
          (connection) => void connection.disconnect(),
        ),
    )
    useEffect(shared.retain, [])
    const snapshot = useSyncExternalStore(shared.subscribe, shared.snapshot, shared.snapshot)
    const connection = snapshot.phase === 'open' ? snapshot.value : undefined
    const value = useMemo(() => connection && { connection, retry: shared.retry }, [connection, shared])
    if (snapshot.phase === 'failed') {
      if (failed === undefined) throw snapshot.error
      return failed(snapshot.error, shared.retry)
    }
    return value === undefined ? fallback : createElement(context.Provider, { value }, children)
  }

  function Given({ connection, children }: GivenConnection<G>) {
    const value = useMemo(() => ({ connection, retry: () => {} }), [connection])
    return createElement(context.Provider, { value }, children)
  }

  return function GameProvider(props) {
    if (props.connection !== undefined) return createElement(Given, props)
    return createElement(Own, { ...props, key: keyOf(props.address) })
  }
}
