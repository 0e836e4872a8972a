import { Writable } from 'node:stream'
import { type AnyGame, GameStateMachine, GameStateStore } from '@tygase/gamestate'
import { record } from '@tygase/record'
import { httpSource, openReplay, type Player, rewind } from '@tygase/record/replay'
import { gameOf, type Stage, type Trial, toCaller } from '../stage.js'

/** A game whose rule `ping` dispatches, and its machine as a room. */
function stageRoom(stage: Stage) {
  const game = gameOf({
    events: (on: (rule: (...args: never[]) => unknown) => unknown) => ({
      ping: on((_state: never, _data: never, ctx: { dispatch(name: string, data: number): void }) =>
        ctx.dispatch('news', 1),
      ),
    }),
  })
  const store = new GameStateStore<object>(game.initialState(), { logger: stage.logger })
  const machine = new GameStateMachine<AnyGame>(store, game, { logger: stage.logger })
  return { kind: 'game', id: '1', status: 'open', machine, game } as const
}

/** A redaction that fails ends the recording: nothing is written that it has not seen. */
const redacts = (name: 'state' | 'event' | 'serverEvent'): Trial => ({
  logged: /a recording has ended early/,
  run: async (stage) => {
    const room = stageRoom(stage)
    const redact = { [name]: stage.failsLater((part: unknown) => part) }
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() })
    const recording = record(room, stream, { redact, logger: stage.logger })
    stage.arm()
    room.machine.push({ kind: 'event', name: 'ping', data: undefined })
    room.machine.step()
    await stage.logged()
    stage.disarm()
    room.machine.step()
    if (room.machine.tick !== 2) throw new Error('the room has stopped')
    await recording.stop().then(
      () => Promise.reject(new Error('the recording has not ended')),
      () => {},
    )
  },
})

const plays = (logged: RegExp, act: (player: Player<AnyGame>, stage: Stage) => unknown): Trial => ({
  logged,
  run: async (stage) => {
    const { machine, game } = stageRoom(stage)
    for (let tick = 0; tick < 3; tick++) machine.step()
    const connection = { clientId: 'a', store: machine.store, tickRate: machine.tickRate, time: machine.time }
    const player = await rewind<AnyGame>(connection, game, { lastMs: 10, logger: stage.logger })
    stage.onEnd(async () => player.close())
    await act(player, stage)
    await stage.logged()
  },
})

/** A player of a recording in which an event was dispatched. */
const hears: Trial = {
  logged: /a listener of 'news' failed/,
  run: async (stage) => {
    const room = stageRoom(stage)
    const chunks: Uint8Array[] = []
    const stream = new Writable({ write: (chunk, _encoding, done) => done(void chunks.push(chunk) as never) })
    const recording = record(room, stream, { logger: stage.logger })
    room.machine.push({ kind: 'event', name: 'ping', data: undefined })
    for (let tick = 0; tick < 3; tick++) room.machine.step()
    await recording.stop()
    const replay = await openReplay<AnyGame>(Buffer.concat(chunks), room.game)
    const player = await replay.play({ logger: stage.logger })
    stage.onEnd(async () => player.close())
    player.registerEventHandler('news' as never, stage.fail)
    await stage.logged()
  },
}

export const recordTrials: Readonly<Record<string, Trial>> = {
  'Redaction.state': redacts('state'),
  'Redaction.event': redacts('event'),
  'Redaction.serverEvent': redacts('serverEvent'),
  'RecordOptions.wallClock.now': toCaller((stage) =>
    record(stageRoom(stage), new Writable(), { wallClock: { now: stage.fail } }),
  ),
  'httpSource(fetch)': toCaller((stage) => openReplay(httpSource('/match.tgr', stage.fail), gameOf({}))),
  'RangeSource.size': toCaller((stage) =>
    openReplay({ size: stage.fail, read: async () => new Uint8Array() }, gameOf({})),
  ),
  'RangeSource.read': toCaller((stage) => openReplay({ size: async () => 100, read: stage.fail }, gameOf({}))),
  'Player.subscribe(listener)': plays(/a listener of the state failed/, (player, stage) =>
    player.subscribe(stage.fail),
  ),
  'Player.subscribe(selector)': toCaller(async (stage) => {
    const { machine, game } = stageRoom(stage)
    const connection = { clientId: 'a', store: machine.store, tickRate: machine.tickRate, time: machine.time }
    const player = await rewind<AnyGame>(connection, game, { lastMs: 10 })
    stage.onEnd(async () => player.close())
    player.subscribe(stage.fail, () => {})
  }),
  'Player.onGameChange(listener)': plays(/a listener of the game failed/, (player, stage) => {
    player.onGameChange(stage.fail)
    player.rate = 0
  }),
  'Player.registerEventHandler(handler)': hears,
}
