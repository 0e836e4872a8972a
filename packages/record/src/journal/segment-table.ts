import type { RecordKind, SegmentId } from './segment.js'

/** What a segment holds. */
export interface HeldSegment {
  readonly id: SegmentId
  /** True if a part of it cannot be read: its file is kept aside when it is not needed any more. */
  isDamaged: boolean
}

interface Held extends HeldSegment {
  /** Rooms that need it: it has a part of what came with their last snapshot and after it. */
  readonly needed: Set<string>
  /** Rooms of which it has a record, needed or not. */
  readonly seen: Set<string>
  /** Rooms of which it has the end. */
  readonly ends: Set<string>
}

/**
 * The segments that there are, and the rooms that need them.
 *
 * Invariants: no room needs a segment from before its last snapshot. The end of a room stays as long as any older record of it:
 * without it the room would be found again.
 */
export class SegmentTable {
  /** Oldest first. */
  #segments: Held[] = []

  /** Adds a segment behind all others. */
  begin(id: SegmentId): HeldSegment {
    const held: Held = { id, isDamaged: false, needed: new Set(), seen: new Set(), ends: new Set() }
    this.#segments.push(held)
    return held
  }

  /** Takes note of a record that a segment has. Records come in their order. */
  note(segment: HeldSegment, room: string, kind: RecordKind): void {
    const held = segment as Held
    held.seen.add(room)
    if (kind === 'record') return void held.needed.add(room)
    for (const each of this.#segments) each.needed.delete(room)
    if (kind === 'end') held.ends.add(room)
    else held.needed.add(room)
  }

  /** Takes out the segments that nothing needs any more. The newest one stays. */
  takeUnneeded(): readonly HeldSegment[] {
    const newest = this.#segments.at(-1)
    const taken: Held[] = []
    const older: Held[] = []
    for (const held of this.#segments) {
      const isNeeded = held === newest || held.needed.size > 0 || holdsEnd(held, older)
      ;(isNeeded ? older : taken).push(held)
    }
    this.#segments = older
    return taken
  }
}

function holdsEnd({ ends }: Held, older: readonly Held[]): boolean {
  return [...ends].some((room) => older.some(({ seen }) => seen.has(room)))
}
