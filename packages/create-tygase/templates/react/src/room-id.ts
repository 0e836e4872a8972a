// The room is the part of the address after #, so the address is the invite link.
import { useSyncExternalStore } from 'react'

/** The id of the room; '' in the lobby. */
export function useRoomId(): string {
  return useSyncExternalStore(subscribe, () => location.hash.slice(1))
}

export function enterRoom(id: string): void {
  location.hash = id
}

/** Back to the lobby. */
export function leaveRoom(): void {
  location.hash = ''
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}
