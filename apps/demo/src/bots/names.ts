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

/** The name of the n-th bot, from 0; from the thirteenth on they repeat, and the game numbers them. */
export function botName(index: number): string {
  return names[index % names.length] as string
}
