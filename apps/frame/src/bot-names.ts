const names = [
  'Pixel',
  'Comet',
  'Mango',
  'Ziggy',
  'Biscuit',
  'Nimbus',
  'Turbo',
  'Waffle',
  'Pepper',
  'Orbit',
  'Dizzy',
  'Maple',
]

/** The name of the n-th bot, from 0. From the thirteenth on names repeat, and the game adds numbers. */
export function botName(index: number): string {
  return names[index % names.length] as string
}
