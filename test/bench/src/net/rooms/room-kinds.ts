/** The kinds of rooms that are measured, by what happens in them. */
export type RoomKind = 'moving' | 'still'

/** Of rooms, in Hz. */
export const roomTickRate = 20

/** Rows in a room; in one that moves all of them do. */
export const rowsPerRoom = 10

/** Where the clients of a server of rooms go. */
export function roomPath(kind: RoomKind, index: number): string {
  return `/${kind}/r${index}`
}
