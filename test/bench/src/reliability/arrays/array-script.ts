import { createSeededRandom } from '@tygase/testkit/internal'

/** What arrays of all systems have in common. */
export interface AnyArray<Element> {
  length: number
  [index: number]: Element
  push(...elements: Element[]): unknown
  pop(): unknown
  shift(): unknown
  unshift(...elements: Element[]): unknown
  splice(start: number, deleteCount: number, ...elements: Element[]): unknown
  sort(compare: (one: Element, other: Element) => number): unknown
  reverse(): unknown
}

export interface Item {
  id: number
  hp: number
}

/** How a system makes an element of its own from a plain one. */
type MakeItem = (item: Item) => Item

export interface ArrayScene {
  readonly name: string
  readonly about: string
  readonly isObjects: boolean
  /** Does to an array what happens in a tick. */
  tick(random: () => number, array: AnyArray<never>, make: MakeItem): void
}

const below = (random: () => number, limit: number): number => Math.floor(random() * limit)
const byNumber = (one: number, other: number): number => one - other

function changeNumbers(random: () => number, array: AnyArray<number>): void {
  const value = below(random, 10)
  const at = below(random, array.length)
  switch (below(random, 8)) {
    case 0:
      return void array.push(value)
    case 1:
      return void array.pop()
    case 2:
      return void array.shift()
    case 3:
      return void array.unshift(value)
    case 4:
      return void array.splice(at, below(random, 3), value)
    case 5:
      return void array.sort(byNumber)
    case 6:
      return void array.reverse()
    default:
      if (array.length > 0) array[at] = value
  }
}

let ids = 0

function changeItems(random: () => number, array: AnyArray<Item>, make: MakeItem): void {
  const luck = below(random, 3)
  if (luck === 0) array.push(make({ id: ++ids % 1000, hp: below(random, 100) }))
  else if (luck === 1) array.sort((one, other) => one.hp - other.hp)
  else if (array.length > 0) array[below(random, array.length)]!.hp = below(random, 100)
}

export const arrayScenes: readonly ArrayScene[] = [
  {
    name: 'numbers, one operation a tick',
    about: 'push, pop, shift, unshift, splice, sort, reverse, set',
    isObjects: false,
    tick: (random, array) => changeNumbers(random, array as AnyArray<number>),
  },
  {
    name: 'numbers, one to four operations a tick',
    about: 'the same',
    isObjects: false,
    tick(random, array) {
      for (let count = 1 + below(random, 4); count > 0; count--) changeNumbers(random, array as AnyArray<number>)
    },
  },
  {
    name: 'objects, one to four operations a tick',
    about: 'push, sort, change of a field',
    isObjects: true,
    tick(random, array, make) {
      for (let count = 1 + below(random, 4); count > 0; count--) changeItems(random, array as AnyArray<Item>, make)
    },
  },
]

/** How one run ended: at which tick the first client of each kind was not what the server was; undefined for never. */
export interface ArrayRun {
  readonly liveDiffersAt: number | undefined
  readonly joinerDiffersAt: number | undefined
}

/** A system's server and clients with one array. */
export interface ArrayStage {
  /** Lets the server do something, and sends the live client what follows from it. Throws where the client cannot read that. */
  tick(work: (array: AnyArray<never>, make: MakeItem) => void): void
  /** Plain values. */
  atServer(): unknown
  atLiveClient(): unknown
  atNewClient(): unknown
}

export function runArrays(scene: ArrayScene, open: (isObjects: boolean) => ArrayStage, seed: number): ArrayRun {
  const random = createSeededRandom(seed)
  const stage = open(scene.isObjects)
  const run: { liveDiffersAt: number | undefined; joinerDiffersAt: number | undefined } = {
    liveDiffersAt: undefined,
    joinerDiffersAt: undefined,
  }
  for (let tick = 0; tick < ticksOfRun && run.liveDiffersAt === undefined; tick++) {
    try {
      stage.tick((array, make) => scene.tick(random, array, make))
    } catch {
      return { ...run, liveDiffersAt: tick }
    }
    const server = JSON.stringify(stage.atServer())
    if (JSON.stringify(stage.atLiveClient()) !== server) run.liveDiffersAt = tick
    if (run.joinerDiffersAt === undefined && JSON.stringify(stage.atNewClient()) !== server) run.joinerDiffersAt = tick
  }
  return run
}

/** Ticks of one run. */
export const ticksOfRun = 50
