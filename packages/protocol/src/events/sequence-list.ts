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
