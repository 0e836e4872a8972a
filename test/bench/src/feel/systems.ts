import type { Connection, ConnectOptions } from '@tygase/client'
import { predict } from '@tygase/client/predict'
import type { Clock, Immutable } from '@tygase/gamestate'
import type { Drawing, FeelLine, FeelRows } from '@tygase/testkit/feel'
import type { FeelGame, FeelState } from './game.js'
import { OwnDisc } from './own-disc.js'

/** Draws for one player. */
interface Drawer {
  draw(connection: Connection<FeelGame>): Drawing
  /** Sees the lines of the log, for systems that watch the player's presses. */
  onLine?(line: FeelLine): void
}

/** A way to show the game. */
export interface FeelSystem {
  readonly name: string
  /** For the report: one sentence. */
  readonly about: string
  /** The scenes that it is compared in; undefined: in all. */
  readonly scenes?: readonly string[]
  /** Options of `connect`. */
  readonly client: Pick<ConnectOptions<FeelGame>, 'predict'>
  /** Options of the room. */
  readonly room?: { readonly maxRewindMs: number }
  createDrawer(game: FeelGame, clock: () => Clock): Drawer
}

/** How far in the past the systems without prediction draw, in ms. */
const pastMs = 75

export function rowsOf(state: Immutable<FeelState>): FeelRows {
  return Object.fromEntries([...state.players].map(([id, { x, y }]) => [id, [x, y] as const]))
}

function drawingOf(state: Immutable<FeelState>): Drawing {
  const tickOf = (id: string): number => state.clocks.get(id)?.tick ?? 0
  return { rows: rowsOf(state), ownPlace: tickOf('own'), othersPlace: tickOf('others') }
}

function inThePast(game: FeelGame, connection: Connection<FeelGame>): Immutable<FeelState> {
  const { from, to, alpha } = connection.between(pastMs)
  return game.motion!.blend(from, to, alpha)
}

const tygase: FeelSystem = {
  name: 'tygase',
  about: 'The option `predict`, and `scene()`.',
  client: { predict: predict() },
  createDrawer: () => ({ draw: (connection) => drawingOf(connection.scene()) }),
}

/** What the guide advises for phones. */
const longRewindMs = 600

const longRewind: FeelSystem = {
  ...tygase,
  name: `rewind ${longRewindMs} ms`,
  about: `The same in a room with \`maxRewindMs\` ${longRewindMs}, as advised for phones.`,
  scenes: ['shoot'],
  room: { maxRewindMs: longRewindMs },
}

const sceneAlone: FeelSystem = {
  name: 'scene()',
  scenes: ['open'],
  about: '`scene()` without prediction: everything in the past, with a delay that adapts to the network.',
  client: {},
  createDrawer: tygase.createDrawer,
}

const newest: FeelSystem = {
  name: 'newest version',
  scenes: ['open'],
  about: 'Draws the newest version that has come.',
  client: {},
  createDrawer: () => ({ draw: ({ state }) => drawingOf(state) }),
}

const past: FeelSystem = {
  name: 'no prediction',
  scenes: ['open', 'shoot'],
  about: `Draws everything ${pastMs} ms in the past.`,
  client: {},
  createDrawer: (game) => ({ draw: (connection) => drawingOf(inThePast(game, connection)) }),
}

const byHand: FeelSystem = {
  name: 'by hand',
  scenes: ['open'],
  about: `The own disc runs ahead by code of the game, all others are drawn ${pastMs} ms in the past.`,
  client: {},
  createDrawer(game, clock) {
    const ownDisc = new OwnDisc()
    return {
      draw(connection) {
        const { rows, othersPlace } = drawingOf(inThePast(game, connection))
        const { state, version, store, rttMs = 0, clientId } = connection
        const row = state.players.get(clientId)
        const nowMs = clock().now()
        const { x, y } = row === undefined ? { x: 0, y: 0 } : ownDisc.place(row, store.timeOf(version)! - rttMs, nowMs)
        return { rows: { ...rows, [clientId]: [x, y] }, othersPlace: othersPlace! }
      },
      onLine(line) {
        if (line.kind === 'press') ownDisc.steer(line.atMs, line.direction[0], line.direction[1])
      },
    }
  },
}

/** @returns the ways that are compared in this scene */
export function systemsIn(scene: string): readonly FeelSystem[] {
  return feelSystems.filter(({ scenes }) => scenes?.includes(scene) ?? true)
}

/** All ways to show the game in virtual time; the first is this library's own. */
export const feelSystems: readonly FeelSystem[] = [tygase, longRewind, sceneAlone, past, byHand, newest]
