import { type Connection, type RoomList, type RoomListing, watchRooms } from '@tygase/client'
import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { keyOf } from './address-key.js'
import { Shared } from './shared.js'
import { useLatest } from './use-latest.js'
import { useSelected } from './use-selected.js'

type Watch = Parameters<typeof watchRooms>

/** The rooms of a server, as `useRooms` returns them. */
export interface RoomsView {
  /** The rooms that match, oldest first; empty until they are here. A room that has not changed is the same object. */
  readonly rooms: readonly RoomListing[]
  /** `failed`: the list cannot be had, and `error` says why. All others as of a connection. */
  readonly status: Connection['status'] | 'failed'
  /** Why the list cannot be had; undefined unless `failed`. */
  readonly error: unknown
  /** Asks anew: after `failed` or `closed`. */
  readonly retry: () => void
}

const none: readonly RoomListing[] = Object.freeze([])
const never = (): (() => void) => () => {}

/**
 * A live list of the public rooms of a server, for a lobby: rooms come, fill and go. The server offers it by `defineRoomList`.
 *
 * Each call has a connection of its own while its component is there: call it once, and hand the rooms down.
 * @param address as of `watchRooms`. A `Server` is another address if it is another object, so keep it.
 * @param filter as of `watchRooms`. A changed filter is another list. So filter in the component by what people switch on and off.
 * @param options of `connect`, read when it connects
 */
export function useRooms(
  address: Watch[0],
  filter: Watch[1] = {},
  options: Watch[2] & { signal?: never } = {},
): RoomsView {
  const latest = useLatest({ address, filter, options })
  const { kind, where, open, limit } = filter
  const key = JSON.stringify([keyOf(address), kind, where, open, limit])
  // biome-ignore lint/correctness/useExhaustiveDependencies: reason: the key says what list it is
  const shared = useMemo(
    () =>
      new Shared<RoomList>(
        (signal) => watchRooms(latest.current.address, latest.current.filter, { ...latest.current.options, signal }),
        (list) => void list.close(),
      ),
    [key, latest],
  )
  useEffect(() => shared.retain(), [shared])
  const snapshot = useSyncExternalStore(shared.subscribe, shared.snapshot, shared.snapshot)
  const list = snapshot.phase === 'open' ? snapshot.value : undefined
  const error = snapshot.phase === 'failed' ? snapshot.error : undefined
  const status = snapshot.phase === 'failed' ? 'failed' : 'connecting'
  const { subscribe, read } = useMemo(() => {
    const { retry } = shared
    if (list === undefined) {
      const view = { rooms: none, status, error, retry } as const
      return { subscribe: never, read: (): RoomsView => view }
    }
    const { connection } = list
    return {
      subscribe: (listener: () => void) => {
        const ends = [list.subscribe(listener), connection.onStatus(listener)]
        return () => {
          for (const end of ends) end()
        }
      },
      read: (): RoomsView => {
        const { status } = connection
        // rooms of a list that has ended may be gone
        return { rooms: status === 'closed' ? none : list.rooms, status, error, retry }
      },
    }
  }, [shared, list, status, error])
  return useSelected(subscribe, read, same)
}

const same = (view: RoomsView): RoomsView => view
