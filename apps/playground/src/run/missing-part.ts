const scope = globalThis as typeof globalThis & { tygaseMissingPart?: () => void }

let isMissing = false

/**
 * True once the run has needed a part of the library that the page has not loaded: see `trim.ts`. What the run does from then on
 * does not count. The whole library plays its record again.
 */
export function isPartMissing(): boolean {
  return isMissing
}

/** @param onMissing called at once, once: what needs the part may wait for ever for what follows */
export function watchMissingParts(onMissing: () => void): void {
  scope.tygaseMissingPart = () => {
    if (isMissing) return
    isMissing = true
    onMissing()
  }
}
