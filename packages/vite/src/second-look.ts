import { readFileSync } from 'node:fs'
import type { Clock } from '@tygase/gamestate'
import { systemClock } from '@tygase/gamestate/internal'
import { normalizePath } from 'vite'

/** That of Vite, as far as it is used here. */
export interface Watcher {
  on(event: 'change', listener: (file: string) => void): unknown
  off(event: 'change', listener: (file: string) => void): unknown
  emit(event: 'change', file: string): unknown
}

/** What is known of a file since the watcher reported its last change. */
interface Change {
  /** The file as the watcher spells it. */
  readonly spelled: string
  /** What the file held then; undefined if it could not be read. */
  readonly text: string | undefined
  /** Texts that modules have been made of since. */
  readonly used: Set<string>
  cancelLook: () => void
}

/** Longer than the watcher is silent. Its timers and ours are of one process: on a busy machine both come late, in this order. */
const lookAgainMs = 100

/**
 * Finds edits that Vite's watcher drops. For 50 ms after it has reported a change of a file, it reports no other change of that
 * file. So it misses the next edit of a quick developer. It also misses the text of a file that an editor has first emptied, if
 * the change was reported between the two steps. This class reads the file again when that time is over. If a module has been made
 * of another text, and the watcher stays silent for as long again, this class reports the change.
 */
export class SecondLook {
  readonly #watcher: Watcher
  readonly #clock: Clock
  /** The files to look at, by path with `/` between; without a change until the first one. */
  readonly #changes = new Map<string, Change | undefined>()
  readonly #listener = (file: string): void => this.#onChange(file)

  constructor(watcher: Watcher, clock: Clock = systemClock) {
    this.#watcher = watcher
    this.#clock = clock
    watcher.on('change', this.#listener)
  }

  /** Looks after a file from now on, with `/` between. */
  add(file: string): void {
    if (!this.#changes.has(file)) this.#changes.set(file, undefined)
  }

  /** A module is made of this text of a file. Does nothing for a file that has not been added. */
  used(file: string, text: string): void {
    const change = this.#changes.get(file)
    if (change === undefined) return
    change.used.add(text)
    // the file may have changed between the reading and this call
    this.#plan(change)
  }

  /** Looks no more. */
  stop(): void {
    this.#watcher.off('change', this.#listener)
    for (const change of this.#changes.values()) change?.cancelLook()
    this.#changes.clear()
  }

  #onChange(spelled: string): void {
    const file = normalizePath(spelled)
    if (!this.#changes.has(file)) return
    this.#changes.get(file)?.cancelLook()
    // read at once: whatever a module is made of from now on is this text or a later one
    const change: Change = { spelled, text: textOf(spelled), used: new Set(), cancelLook: () => {} }
    this.#changes.set(file, change)
    this.#plan(change)
  }

  #plan(change: Change): void {
    this.#schedule(change, () => {
      // an edit of this very moment is still on its way through the watcher: reported twice, it would begin a server twice
      if (isMissed(change))
        this.#schedule(change, () => isMissed(change) && this.#watcher.emit('change', change.spelled))
    })
  }

  #schedule(change: Change, look: () => void): void {
    change.cancelLook()
    change.cancelLook = this.#clock.schedule(lookAgainMs, look)
  }
}

function isMissed({ spelled, text, used }: Change): boolean {
  const now = textOf(spelled)
  // the watcher reports a file that is gone in another way; and a plugin may make modules of another text than that of the file
  return now !== undefined && now !== text && [...used].some((each) => each !== now)
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
