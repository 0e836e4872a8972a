import type { MapSchema } from '@colyseus/schema'
import { Client } from '@colyseus/sdk'
import { Predict } from '@colyseus/sdk/predict'
import { connect } from '@tygase/client'
import { createRandom } from '@tygase/gamestate'
import { systemClock } from '@tygase/gamestate/internal'
import type { FeelLine, FeelRows } from '@tygase/testkit/feel'
import { answerParent } from '../../net/answer-parent.js'
import { makeFeelGame, tickRate } from '../game.js'
import { runSpeed } from '../movement.js'
import { processorMs } from '../processor-time.js'
import { drivePlayer } from '../scenes.js'
import { feelSystems } from '../systems.js'
import { type ColyseusDisc, type ColyseusInput, type ColyseusState, clockId, step } from './colyseus-room.js'
import { type FeelClientQuestions, nowMs } from './questions.js'

const fps = 60
const warmUpMs = 3000
/** The stream of random numbers of the player. */
const playerStream = 2

/** One system in the hands of a player. */
interface Screen {
  readonly id: string
  press(sign: number): void
  /** @param atMs of `performance.now` */
  draw(atMs: number): { rows: FeelRows; ownPlace?: number; othersPlace?: number }
  end(): void
}

answerParent<FeelClientQuestions>({
  async play({ system, port, seconds, seed }) {
    const screen = await (system === 'colyseus' ? openPeer(port) : openOwn(port))
    return watch(screen, system, seconds, seed)
  },
})

async function watch(screen: Screen, system: string, seconds: number, seed: number): Promise<FeelLine[]> {
  const lines: FeelLine[] = []
  const fromMs = nowMs() + warmUpMs
  const names = { system, scene: 'open', link: '' }
  lines.push({ kind: 'settings', ...names, tickRate, topSpeed: runSpeed, fps, fromMs })
  drivePlayer({ clock: systemClock, random: createRandom(seed, playerStream) }, (sign) => {
    lines.push({ kind: 'press', atMs: nowMs(), direction: [sign, 0] })
    screen.press(sign)
  })
  const startMs = performance.now()
  const frames = (warmUpMs / 1000 + seconds) * fps
  for (let frame = 1; frame <= frames; frame++) {
    await until(startMs + (frame * 1000) / fps)
    const [atMs, begunMs] = [nowMs(), processorMs()]
    const { rows, ...places } = screen.draw(performance.now())
    const { [screen.id]: own, ...others } = rows
    const cpuMs = processorMs() - begunMs
    lines.push({ kind: 'frame', atMs, id: screen.id, ...(own && { own }), others, ...places, cpuMs })
  }
  // the server's versions of the last places
  await until(performance.now() + 1000)
  screen.end()
  return lines
}

function until(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms - performance.now())))
}

async function openOwn(port: number): Promise<Screen> {
  const system = feelSystems[0]!
  const game = makeFeelGame()
  const connection = await connect<typeof game>(`ws://localhost:${port}`, { game, ...system.client })
  const drawer = system.createDrawer(game, () => systemClock)
  return {
    id: connection.clientId,
    press(sign) {
      // the player's timers outlast the play
      if (connection.status === 'closed') return
      connection.dispatchEvent('steer', { dx: sign, dy: 0 }, { retries: Number.POSITIVE_INFINITY })
    },
    draw: () => drawer.draw(connection),
    end: () => void connection.disconnect(),
  }
}

async function openPeer(port: number): Promise<Screen> {
  const client = new Client(`http://localhost:${port}`)
  const room = await client.joinOrCreate<ColyseusState>('feel')
  const state = room.state as ColyseusState
  while (state.players?.get(room.sessionId) === undefined) await until(performance.now() + 10)
  const input = room.input<ColyseusInput>({ mode: 'reliable' })
  const predict = Predict.get(room)
  predict.attachAll('players', { fields: ['x', 'y'], mode: 'lerp' })
  predict.reconciler<ColyseusDisc, ColyseusInput>(state.players.get(room.sessionId)!, {
    input,
    step: ({ dt }, own, command) => step(own, command, dt),
  })
  const wish = { dx: 0, dy: 0 }
  return {
    id: room.sessionId,
    press(sign) {
      wish.dx = sign
    },
    draw(atMs) {
      const due = predict.tick(atMs)
      for (let sent = 0; sent < due; sent++) {
        Object.assign(input.data, wish)
        input.send()
      }
      const rows = drawnRows(predict, state.players)
      const othersPlace = rows[clockId]![0]
      delete rows[clockId]
      return { rows, othersPlace }
    },
    end: () => void room.leave(),
  }
}

function drawnRows(predict: Predict, players: MapSchema<ColyseusDisc>): Record<string, readonly [number, number]> {
  const rows: Record<string, readonly [number, number]> = {}
  players.forEach((disc, id) => {
    rows[id] = [predict.value(disc, 'x'), predict.value(disc, 'y')]
  })
  return rows
}
