import { fileURLToPath } from 'node:url'

/** A game that is measured: its built server, and what its players do. */
export interface CapacityGame {
  readonly name: string
  /** Ends the sentence that begins with the name. */
  readonly about: string
  /** The program of the server, from the root. */
  readonly program: string
  /** Path of the script for the players. */
  readonly play: string
  /** Numbers of clients, each measured with a server of its own. */
  readonly steps: readonly number[]
}

const playOf = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url))

export const capacityGames: readonly CapacityGame[] = [
  {
    name: 'Tag',
    about: 'one room at 30 Hz; 48 clients play and turn 2.5 times a second, the others watch',
    program: 'apps/demo/dist/server/main.js',
    play: playOf('tag-play'),
    steps: [100, 200, 400, 600, 800, 1000],
  },
  {
    name: 'Arena',
    about: 'rooms of 12 players at 30 Hz; each turns twice, aims 5 times and shoots 2.5 times a second',
    program: 'apps/arena/dist/server/main.js',
    play: playOf('arena-play'),
    steps: [48, 96, 192, 288, 384],
  },
]
