/** What a sealed part holds, in the bits of a number above 0: its levels, which are 0 until they are known, and the flags below. */
export type Extent = number

/** Sealed: the only flag that decoders need. */
export const sealedFlag = 2048

// The bits of an extent. The flags, and the levels, may say too much, never too little.

/** The bits of the levels on the longest way down, the part included. */
export const levelBits = 127
/** Holds a map. */
export const mapFlag = 128
/** Holds no object, array or map, and at most `maxLeafParts` keys or elements. */
export const leafFlag = 256
/** Is no leaf. */
export const partsFlag = 512
/** Holds a map that the rules of this tick have changed and may go on changing: it is not frozen. */
export const openFlag = 1024
/** Is a byte array. */
export const bytesFlag = 4096

/** A part with more keys or elements is no leaf. To copy it costs more than a proxy. */
export const maxLeafParts = 256

/** The extent of a new part without parts. */
export const emptyExtent: Extent = sealedFlag | leafFlag | 1
export const mapExtent: Extent = sealedFlag | partsFlag | mapFlag | 1
export const bytesExtent: Extent = sealedFlag | leafFlag | bytesFlag | 1

/** A constructor that returns what it is given, so that the private fields of a subclass are put on any object. */
export class OnAny {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: reason: it puts private fields on an object of another class
    return object
  }
}

/**
 * A private field of objects and arrays. No other code sees it, it needs no entry in a `WeakMap`, which costs a hundred times as
 * much, and it may change on a frozen object. It is put on an object before that is frozen, as the language may come to forbid
 * it afterwards.
 */
class Mark extends OnAny {
  /** Of a sealed part an `Extent`; of an open copy 0 or less. */
  #extent: Extent = sealedFlag

  static put(object: object, extent: number): void {
    if (!(#extent in object)) new Mark(object)
    ;(object as Mark).#extent = extent
  }

  static of(object: object): number {
    return #extent in object ? object.#extent : 0
  }
}

/** Whether an object or array has passed `sealValue`, or was made by a decoder. */
export function isSealed(object: object): boolean {
  return Mark.of(object) > 0
}

/** 0 or less for an object that is not sealed. */
export function markOf(object: object): Extent {
  return Mark.of(object)
}

/** Notes that a part is sealed: checked, and frozen at every depth. @param extent default: not known yet */
export function markSealed<Part extends object>(part: Part, extent: Extent = sealedFlag): Part {
  Mark.put(part, extent)
  return part
}

/** Freezes what a decoder has made and checked. It is not walked again when it becomes a version. */
export function sealMade<Part extends object>(part: Part): Readonly<Part> {
  return Object.freeze(new Mark(part) as object as Part)
}

/** The extent of a part with one more part in it. @param part the extent of that one */
export function withPart(extent: Extent, part: Extent): Extent {
  const flags = ((extent | (part & (mapFlag | openFlag))) & ~(leafFlag | levelBits)) | partsFlag
  const own = extent & levelBits
  const levels = part & levelBits
  return own === 0 || levels === 0 ? flags : flags | Math.max(own, levels + 1)
}

export function areLevelsKnown(extent: Extent): boolean {
  return (extent & levelBits) !== 0
}

/** Whether a sealed part surely holds no object, array or map. */
export function isFlat(part: object): boolean {
  return (markOf(part) & levelBits) === 1
}

/** Whether a part holds maps that rules of this tick may go on changing. */
export function holdsOpenMap(part: object): boolean {
  return (markOf(part) & openFlag) !== 0
}

/** A private field as `Mark`, apart so that pages that only read versions do not load it. */
class Origin extends OnAny {
  /** Of an open copy the sealed part of which it is a copy; of a part that holds open maps the part that it began as. */
  #origin: object | undefined

  constructor(object: object, origin: object | undefined) {
    super(object)
    this.#origin = origin
  }

  static put(object: object, origin: object | undefined): void {
    if (#origin in object) object.#origin = origin
    else new Origin(object, origin)
  }

  /** Sets no field where there is none. */
  static forget(object: object): void {
    if (#origin in object) object.#origin = undefined
  }

  static of(object: object): object | undefined {
    return #origin in object ? object.#origin : undefined
  }
}

/** Notes a part that holds open maps. @param origin the part of a version that it began as */
export function markOpen<Part extends object>(part: Part, extent: Extent, origin: object | undefined): Part {
  markSealed(part, extent)
  Origin.put(part, origin)
  return part
}

/** Notes a copy that a rule may change. @param level of the rule, as `enterLevel` gave it */
export function markCopy(copy: object, origin: object, level: number): void {
  markSealed(copy, -level)
  Origin.put(copy, origin)
}

/** The same for a copy in a row, which any rule may seal. */
export function noteOrigin(copy: object, origin: object): void {
  Origin.put(copy, origin)
}

/** Ends an open copy, which becomes a part itself. */
export function markChanged<Part extends object>(part: Part, extent: Extent): Part {
  Origin.forget(part)
  return markSealed(part, extent)
}

/** The sealed part of which an object is a copy, or as which a part with open maps began; else undefined. */
export function originOf(object: object): object | undefined {
  return Origin.of(object)
}

/** True for a copy of a rule within which the current one runs: that rule may go on changing it. */
export function isCopyOfOther(mark: Extent): boolean {
  return mark < 0 && mark !== -level
}

/** A running rule, as parts of rows know it. */
export interface RowDrafts {
  /** A draft of a sealed part of a row. */
  draftOf(part: object): object
}

/** How many rules run within each other. They are synchronous. */
let level = 0
let outermost: RowDrafts | undefined

/** A rule begins. `leaveLevel` follows. @returns its level, from 1 */
export function enterLevel(rule: RowDrafts): number {
  if (level === 0) outermost = rule
  return ++level
}

export function leaveLevel(): void {
  level--
  if (level === 0) outermost = undefined
}

/** The running rule. Undefined outside of rules, and while one runs within another: an edited row may be of either. */
export function onlyRule(): RowDrafts | undefined {
  return level === 1 ? outermost : undefined
}

/** Ends a part that held open maps. */
export function markClosed<Part extends object>(part: Part): Part {
  Origin.forget(part)
  return markSealed(part, markOf(part) & ~openFlag)
}
