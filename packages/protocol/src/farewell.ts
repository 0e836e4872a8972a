import type { ByteWriter } from '@tygase/gamestate/bytes'
import { writeEnding } from './messages/ending-message.js'
import type { CloseInfo } from './session-types.js'

/** How long a CLOSE waits for a flush before the session is closed without. */
const waitMs = 1000
/** A CLOSE goes out so many times where it may get lost: whoever misses all of them notices by the silence. */
const times = 3

/** The last word of a session. */
export class Farewell {
  /** When it is too late for it. */
  readonly dueAt: number
  #left: number

  constructor(isReliable: boolean, now: number) {
    this.dueAt = now + waitMs
    this.#left = isReliable ? 1 : times
  }

  /** @returns whether it has been said often enough */
  write(writer: ByteWriter, info: CloseInfo): boolean {
    writeEnding(writer, 'close', info)
    return --this.#left <= 0
  }
}
