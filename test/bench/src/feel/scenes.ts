import type { Clock } from '@tygase/gamestate'
import type { FeelPlayer, FeelRows } from '@tygase/testkit/feel'
import { dashSpeed, type FeelGame, type FeelGameOptions } from './game.js'
import { field, runSpeed } from './movement.js'

/** How many discs the server steers. */
const botCount = 20
const coinCount = 40

/** What a player sees: the rows of the newest frame. */
export type Look = () => FeelRows

export interface FeelScene {
  readonly name: string
  /** For the report: one sentence. */
  readonly about: string
  readonly game: FeelGameOptions
  /** Frames per second. */
  readonly fps: number
  /** In units per second. */
  readonly topSpeed: number
  /** Begins the scene's own acts of a player; steering is done besides. */
  play(player: FeelPlayer<FeelGame>, look: Look): void
  /** The event that a press dispatches. */
  readonly press: 'steer' | 'dash'
}

const nothing = (): void => {}
const usual = { game: {}, fps: 60, topSpeed: runSpeed, play: nothing, press: 'steer' } as const

export const feelScenes: readonly FeelScene[] = [
  { ...usual, name: 'open', about: 'Twenty discs turn at random, one player steers.' },
  { ...usual, name: 'push', about: 'Discs push each other apart.', game: { solid: true } },
  { ...usual, name: 'shoot', about: 'The player shoots at the drawn centres of other discs.', play: shoot },
  {
    ...usual,
    name: 'coins',
    about: 'The player picks up coins that others take, too; each makes a sound.',
    play: pickUp,
  },
  {
    ...{ ...usual, name: 'dash', about: 'A press adds speed: to run it twice shows.', press: 'dash' },
    topSpeed: runSpeed + dashSpeed,
  },
  { ...usual, name: 'stall', about: 'The network stands still for a second, each eight seconds.', play: stall },
  { ...usual, name: 'slow', about: 'A slow machine: 10 frames a second, and coins to pick up.', fps: 10, play: pickUp },
  { ...usual, name: 'secrets', about: 'A view hides distant discs.', game: { secrets: true } },
]

/** Time and chance of a play. */
export interface Stage {
  readonly clock: Clock
  readonly random: () => number
}

/** Makes the discs that the server steers, and turns them at random. */
export function driveBots(
  stage: Stage,
  bots: { add(id: string, x: number, y: number): void; turn(id: string, dx: number, dy: number): void },
): void {
  for (let index = 0; index < botCount; index++) {
    const { x, y } = somewhere(stage)
    bots.add(`b${index}`, x, y)
    repeat(stage, 300, 900, () => {
      const angle = stage.random() * 2 * Math.PI
      bots.turn(`b${index}`, Math.cos(angle), Math.sin(angle))
    })
  }
}

/** Presses left and right in turn. @param press gets 1 or -1 */
export function drivePlayer(stage: Stage, press: (sign: number) => void): void {
  let sign = 1
  repeat(stage, 350, 900, () => {
    sign = -sign
    press(sign)
  })
}

/** Starts the discs of the server, and the player's steering and acts. */
export function beginScene(scene: FeelScene, player: FeelPlayer<FeelGame>, look: Look): void {
  const { server, connection, note } = player
  driveBots(player, {
    add: (id, x, y) => server.pushEvent('addBot', { id, x, y }),
    turn: (id, dx, dy) => server.pushEvent('turnBot', { id, dx, dy }),
  })
  drivePlayer(player, (sign) => {
    note({ kind: 'press', direction: [sign, 0] })
    connection.dispatchEvent(scene.press, { dx: sign, dy: 0 }, { retries: Number.POSITIVE_INFINITY })
  })
  scene.play(player, look)
}

function shoot(player: FeelPlayer<FeelGame>, look: Look): void {
  let shots = 0
  repeat(player, 250, 300, () => {
    const rows = Object.entries(look()).filter(([id]) => id !== player.connection.clientId)
    const target = rows[Math.floor(player.random() * rows.length)]
    if (target === undefined) return
    const key = `s${shots++}`
    const [x, y] = target[1]
    player.note({ kind: 'shot', key })
    player.connection.dispatchEvent(
      'shoot',
      { x, y },
      {
        retries: Number.POSITIVE_INFINITY,
        onAck: (isHit) => player.note({ kind: 'hit', key, isHit: isHit === true }),
      },
    )
  })
}

function pickUp(player: FeelPlayer<FeelGame>): void {
  const { server, connection } = player
  let coins = 0
  const addCoin = (): void => server.pushEvent('addCoin', { id: `c${coins++}`, ...somewhere(player) })
  for (let count = 0; count < coinCount; count++) addCoin()
  repeat(player, 100, 200, () => {
    const kept = [...server.store.state.coins.keys()]
    const id = kept[Math.floor(player.random() * kept.length)]
    if (id !== undefined) server.pushEvent('takeCoin', { id })
    while (kept.length < coinCount) kept.push('new') && addCoin()
  })
  listen(player)
  let grabs = 0
  repeat(player, 300, 400, () => {
    const key = `g${grabs++}`
    player.note({ kind: 'effect', key, how: 'asked' })
    connection.dispatchEvent(
      'grab',
      { key },
      {
        retries: Number.POSITIVE_INFINITY,
        onAck: (isTaken) => {
          if (isTaken === true) player.note({ kind: 'effect', key, how: 'caused' })
        },
      },
    )
  })
}

function listen({ connection, note }: FeelPlayer<FeelGame>): void {
  const noteAs =
    (how: 'handled' | 'retracted') =>
    ({ key }: { key: string }): void =>
      note({ kind: 'effect', key, how })
  connection.registerEventHandler('ding', noteAs('handled'), { onRetract: noteAs('retracted') })
}

function stall(player: FeelPlayer<FeelGame>): void {
  repeat(player, 8000, 0, () => player.stall(1000))
}

/** Acts again and again, at random intervals from `leastMs` to `leastMs + spreadMs`. */
function repeat({ clock, random }: Stage, leastMs: number, spreadMs: number, act: () => void): void {
  const again = (): void => {
    clock.schedule(leastMs + random() * spreadMs, () => {
      act()
      again()
    })
  }
  again()
}

function somewhere({ random }: Stage): { x: number; y: number } {
  return { x: 100 + random() * (field.width - 200), y: 100 + random() * (field.height - 200) }
}
