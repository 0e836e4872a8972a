import type { Connection } from '@tygase/client'
import type { ConnectSettings } from '@tygase/client/internal'
import type { PlaceOf } from './api.js'
import { drawCorrections, drawGhosts, fadeMs, ghostsOf, type Pen, placeByXY } from './drawing.js'
import { Probe } from './probes/probe.js'

/** What is drawn over the game. */
export interface Switches {
  ghosts: boolean
  corrections: boolean
  /** Also while the panel is closed. */
  always: boolean
  isOpen: boolean
  /** When the page has called `draw` last; undefined: never. */
  drawnAtMs: number | undefined
}

/** More than these are those of a page that connects again and again. */
const mostProbes = 12

/** All connections of the page that the devtools know, and what the panel has been asked to do. */
export class Registry {
  readonly switches: Switches = {
    ...{ ghosts: true, corrections: true, always: false, isOpen: false },
    drawnAtMs: undefined,
  }
  #probes: readonly Probe[] = []
  #chosen: Probe | undefined

  /** Oldest first. Another list after each change. */
  get probes(): readonly Probe[] {
    return this.#probes
  }

  /** The connection that the panel shows: the chosen one while it lives, else the newest one of a game. */
  get probe(): Probe | undefined {
    const chosen = this.#chosen
    if (chosen !== undefined && this.#probes.includes(chosen) && chosen.connection.status !== 'closed') return chosen
    const games = this.#probes.filter((probe) => probe.isIn && !isList(probe))
    return games.findLast(({ connection }) => connection.status !== 'closed') ?? games.at(-1) ?? this.#probes.at(-1)
  }

  /** For the hook of the client. */
  readonly add = (connection: Connection, settings: ConnectSettings): void => {
    const probe = new Probe(connection, settings)
    const others = this.#probes.length < mostProbes ? this.#probes : this.#withoutOne()
    this.#probes = [...others, probe]
  }

  choose(probe: Probe): void {
    this.#chosen = probe
  }

  /** The probe of a connection. */
  of(connection: object): Probe | undefined {
    return this.#probes.find((probe) => (probe.connection as object) === connection)
  }

  /** Draws over the game, which draws its next frame whatever happens here. See `Devtools.draw`. */
  draw(pen: Pen, placeOf: PlaceOf = placeByXY, connection?: object): void {
    const { switches } = this
    switches.drawnAtMs = performance.now()
    if (!switches.isOpen && !switches.always) return
    const probe = connection === undefined ? this.probe : this.of(connection)
    probe?.run(() => probe.isIn && this.#drawOver(pen, probe, placeOf))
  }

  #drawOver(pen: Pen, { connection, corrections, nowMs, game }: Probe, placeOf: PlaceOf): void {
    const { switches } = this
    if (switches.ghosts) {
      const scene = game === undefined ? connection.state : connection.scene()
      drawGhosts(pen, ghostsOf(connection.state, scene, connection.clientId), placeOf)
    }
    if (!switches.corrections) return
    const recent = corrections.all.filter(({ atMs }) => nowMs - atMs < fadeMs)
    drawCorrections(pen, recent, placeOf, nowMs)
  }

  /** A closed one goes first, and the oldest one if all live. */
  #withoutOne(): readonly Probe[] {
    const gone = this.#probes.find(({ connection }) => connection.status === 'closed') ?? this.#probes[0]
    return this.#probes.filter((probe) => probe !== gone)
  }
}

/** True for the connection of `watchRooms`. */
function isList({ game, connection }: Probe): boolean {
  return game === undefined && connection.room.kind === 'rooms'
}
