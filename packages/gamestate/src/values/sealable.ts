import type { Path } from './plain.js'

/** A part of a state that knows how to become a part of a version by itself: to `sealValue` what an `EntityMap` is. */
export abstract class Sealable {
  /**
   * @param base what stood at the path before
   * @returns `base` where nothing has changed, else this part, frozen
   */
  abstract seal(base: unknown, path: Path | undefined): unknown
}
