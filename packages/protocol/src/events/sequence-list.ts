/** An item of a list by sequence. */
export interface Sequenced {
  readonly sequence: number
}

/** Items ascending by sequence, without repeats. */
export interface SequenceList<Item extends Sequenced> {
  readonly size: number
  readonly first: Item | undefined
  readonly last: Item | undefined
  /** @returns the first item at or above `sequence` */
  from(sequence: number): Item | undefined
  find(sequence: number): Item | undefined
  /** @param item with a sequence above all others */
  push(item: Item): void
  /** @param item with a sequence that no other has */
  insert(item: Item): void
  /** @returns the item that was there */
  remove(sequence: number): Item | undefined
  /** Takes out the items from `start` to below `end`. */
  take(start: number, end: number): Item[]
  /** All items, as they are now. */
  values(): Item[]
  clear(): void
}

/** Makes the lists of a session: a server's stay quick when a peer makes them long, a client's are small to load. */
export type MakeList = <Item extends Sequenced>() => SequenceList<Item>

/** The list of a client: one array, in which an item that comes or goes moves those behind it. */
export class FlatList<Item extends Sequenced> implements SequenceList<Item> {
  #items: Item[] = []

  get size(): number {
    return this.#items.length
  }

  get first(): Item | undefined {
    return this.#items[0]
  }

  get last(): Item | undefined {
    return this.#items.at(-1)
  }

  from(sequence: number): Item | undefined {
    return this.#items[this.#place(sequence)]
  }

  find(sequence: number): Item | undefined {
    const item = this.from(sequence)
    return item?.sequence === sequence ? item : undefined
  }

  push(item: Item): void {
    this.#items.push(item)
  }

  insert(item: Item): void {
    this.#items.splice(this.#place(item.sequence), 0, item)
  }

  remove(sequence: number): Item | undefined {
    return this.take(sequence, sequence + 1)[0]
  }

  take(start: number, end: number): Item[] {
    const place = this.#place(start)
    return this.#items.splice(place, this.#place(end) - place)
  }

  values(): Item[] {
    return [...this.#items]
  }

  clear(): void {
    this.#items = []
  }

  /** @returns the place of the first item at or above `sequence` */
  #place(sequence: number): number {
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#items[middle]!.sequence < sequence) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Items in one block, at most: few enough to move them all when one is taken out. */
const blockLength = 64
/** A block with fewer items is joined with its neighbour, so that the blocks stay few. */
const leastLength = 16

/**
 * The list of a server: a peer can make it long and then cause many calls, so each call but `values` and `clear` touches a
 * few items only, besides those that it gives back.
 *
 * Invariants: sequences ascend without repeats; no block is empty.
 */
export class BlockList<Item extends Sequenced> implements SequenceList<Item> {
  #blocks: Item[][] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  get first(): Item | undefined {
    return this.#blocks[0]?.[0]
  }

  get last(): Item | undefined {
    const block = this.#blocks[this.#blocks.length - 1]
    return block?.[block.length - 1]
  }

  from(sequence: number): Item | undefined {
    const block = this.#blocks[this.#blockOf(sequence)]
    return block?.[placeIn(block, sequence)]
  }

  find(sequence: number): Item | undefined {
    const item = this.from(sequence)
    return item?.sequence === sequence ? item : undefined
  }

  push(item: Item): void {
    const block = this.#blocks[this.#blocks.length - 1]
    if (block === undefined || block.length >= blockLength) this.#blocks.push([item])
    else block.push(item)
    this.#size++
  }

  insert(item: Item): void {
    const index = this.#blockOf(item.sequence)
    const block = this.#blocks[index]
    if (block === undefined) return this.push(item)
    block.splice(placeIn(block, item.sequence), 0, item)
    this.#size++
    if (block.length > blockLength) this.#blocks.splice(index + 1, 0, block.splice(blockLength / 2))
  }

  remove(sequence: number): Item | undefined {
    const index = this.#blockOf(sequence)
    const block = this.#blocks[index]
    if (block === undefined) return undefined
    const place = placeIn(block, sequence)
    const item = block[place]!
    if (item.sequence !== sequence) return undefined
    if (place === 0) block.shift()
    else block.splice(place, 1)
    this.#size--
    this.#tidy(index)
    return item
  }

  take(start: number, end: number): Item[] {
    let taken: Item[] = []
    for (let from = start; ; from = taken[taken.length - 1]!.sequence + 1) {
      const index = this.#blockOf(from)
      const block = this.#blocks[index]
      if (block === undefined) return taken
      const place = placeIn(block, from)
      let last = place
      while (last < block.length && block[last]!.sequence < end) last++
      if (last === place) return taken
      // all of it, as an ack of the newest events takes: nothing has to be moved
      const isWhole = last - place === block.length
      const part = isWhole ? block : block.splice(place, last - place)
      if (isWhole) this.#blocks[index] = []
      taken = taken.length === 0 ? part : taken.concat(part)
      this.#size -= part.length
      this.#tidy(index)
    }
  }

  values(): Item[] {
    return this.#blocks.flat()
  }

  clear(): void {
    this.#blocks = []
    this.#size = 0
  }

  /** @returns the index of the first block that ends at or above `sequence` */
  #blockOf(sequence: number): number {
    const blocks = this.#blocks
    let low = 0
    let high = blocks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const block = blocks[middle]!
      if (block[block.length - 1]!.sequence < sequence) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Items were taken out of a block. */
  #tidy(index: number): void {
    const blocks = this.#blocks
    const block = blocks[index]!
    const next = blocks[index + 1]
    if (block.length === 0) {
      if (blocks.length === 1) this.#blocks = []
      else if (index === 0) blocks.shift()
      else blocks.splice(index, 1)
    } else if (block.length < leastLength && next !== undefined && next.length + block.length <= blockLength) {
      blocks.splice(index, 2, block.concat(next))
    }
  }
}

/** @returns the place of the first item at or above `sequence`, in a block that has one */
function placeIn<Item extends Sequenced>(block: readonly Item[], sequence: number): number {
  if (block[0]!.sequence >= sequence) return 0
  let low = 1
  let high = block.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (block[middle]!.sequence < sequence) low = middle + 1
    else high = middle
  }
  return low
}
