/** A whole number from 0 to `below` - 1. */
export function drawInteger(random: () => number, below: number): number {
  return Math.floor(random() * below)
}

/** `count` different whole numbers from 0 to `below` - 1, in any order. */
export function drawDistinct(random: () => number, count: number, below: number): number[] {
  const drawn = new Set<number>()
  while (drawn.size < count) drawn.add(drawInteger(random, below))
  return [...drawn]
}

function drawOne<Item>(random: () => number, items: readonly Item[]): Item {
  return items[drawInteger(random, items.length)]!
}

const syllables = 'ba ko ri ten mu sha lo vi dar nel po gri sa um fe to'.split(' ')

/** A name such as players choose: two or three syllables and now and then a number. */
export function drawName(random: () => number): string {
  const count = 2 + drawInteger(random, 2)
  let name = ''
  for (let index = 0; index < count; index++) name += drawOne(random, syllables)
  return random() < 0.3 ? `${name}${drawInteger(random, 100)}` : name
}

const words = 'the wind north gate is open who has wood for two swords meet me at old mill boss left not yet go'.split(
  ' ',
)

/** Some words such as players write. */
export function drawWords(random: () => number, count: number): string {
  return Array.from({ length: count }, () => drawOne(random, words)).join(' ')
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** An id without any sense in it. */
export function drawId(random: () => number, length: number): string {
  let id = ''
  for (let index = 0; index < length; index++) id += letters[drawInteger(random, letters.length)]
  return id
}
