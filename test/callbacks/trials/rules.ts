import { defineGame, event, GameStateMachine, GameStateStore, makeTick, on, transact } from '@tygase/gamestate'
import { editVersion } from '@tygase/gamestate/edit'
import { Server } from '@tygase/server'
import { answers, gameOf, inPlay, type Stage, type Trial, toCaller } from '../stage.js'

const ping = on(() => 'pong')

const withRule = (rule: unknown): object => ({ events: { ping, act: rule } })

/** The event is refused. */
async function refused(connection: { request: unknown }, code: string): Promise<void> {
  const request = connection.request as (name: string, data?: unknown, options?: object) => Promise<unknown>
  const error = await request('act', 1, { timeoutMs: 60_000 }).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if ((error as { code?: string } | undefined)?.code !== code) throw error
}

const schemaOf = (stage: Stage): object => ({ '~standard': { version: 1, vendor: 'test', validate: stage.fail } })

const rule: Trial = inPlay(
  /a rule failed/,
  (stage) => ({ game: withRule(on(() => stage.fail())) }),
  ({ connection }) => refused(connection, 'handler_failed'),
)

const initialState = toCaller((stage) => new Server({ game: gameOf({ initialState: stage.fail }), logger: false }))

/** A join that fails. */
const joins = ({ stage, server }: { stage: Stage; server: never }): Promise<unknown> =>
  stage.join(server).then(undefined, () => {})

export const ruleTrials: Readonly<Record<string, Trial>> = {
  'GameDefinition.initialState': initialState,
  'defineGame(definition).initialState': initialState,
  'GameDefinition.timeStep': inPlay(/a rule failed/, (stage) => ({
    game: { timeStep: stage.failsLater((state: { steps: number }) => void state.steps++) },
  })),
  'GameDefinition.onJoin': inPlay(
    /a rule failed/,
    (stage) => ({ game: { onJoin: stage.failsLater(() => {}) } }),
    (play) => joins(play as never),
  ),
  'GameDefinition.onLeave': inPlay(
    /a rule failed/,
    (stage) => ({ game: { onLeave: stage.failsLater(() => {}) } }),
    async ({ stage, server }) => {
      const other = await stage.join(server)
      await other.disconnect()
    },
  ),
  'GameDefinition.view': inPlay(/a state cannot be sent/, (stage) => ({
    game: { view: stage.failsLater((state: object) => state) },
  })),
  'GameDefinition.viewKey': inPlay(/a state cannot be sent/, (stage) => ({
    game: { view: (state: object) => state, viewKey: stage.failsLater(() => 'all') },
  })),
  'GameDefinition.events': toCaller((stage) => gameOf({ events: stage.fail })),
  'GameDefinition.events(on)(handler)': inPlay(
    /a rule failed/,
    (stage) => ({
      game: { events: (own: typeof on) => ({ ping, act: own(() => stage.fail()) }) },
    }),
    ({ connection }) => refused(connection, 'handler_failed'),
  ),
  'on(handler)': rule,
  'EventRule.handler': rule,
  'Props.validate': inPlay(
    /a rule failed/,
    (stage) => ({ game: withRule(on(schemaOf(stage) as never, () => {})) }),
    ({ connection }) => refused(connection, 'event_invalid'),
  ),
  'Props.validate with a handler at the server': inPlay(
    /a schema failed/,
    (stage) => ({ game: withRule(on(schemaOf(stage) as never, () => {})), server: { handlers: { act: () => 1 } } }),
    ({ connection }) => refused(connection, 'event_invalid'),
  ),
  'Props.validate of a presence': inPlay(
    /the schema of presence failed/,
    (stage) => ({ game: { presence: schemaOf(stage) } }),
    ({ connection }) => connection.presence.set(1),
  ),
  'Props.validate of a join': {
    logged: /the schema of joinData failed/,
    run: async (stage) => {
      const validate = stage.failsLater(() => ({ value: 1 }))
      const joinData = { '~standard': { version: 1, vendor: 'test', validate } }
      const { server, connection } = await stage.play({ game: { joinData }, connect: { data: 1 } })
      stage.arm()
      await joins({ stage, server: server as never })
      await stage.logged()
      await answers(connection)
    },
  },
  'transact(rule)': toCaller((stage) => transact({ a: 1 }, stage.fail)),
  'editVersion(recipe)': toCaller((stage) => editVersion({ a: 1 }, stage.fail)),
  'PartMotion.cut': toCaller((stage) => {
    const motion = { ball: { fields: { x: 'linear' }, cut: stage.fail } } as const
    const game = defineGame({ initialState: () => ({ ball: { x: 1 } }), motion })
    game.motion?.blend({ ball: { x: 1 } }, { ball: { x: 2 } }, 0.5)
  }),
  'TickOptions.seenAt': toCaller((stage) => {
    const look = on((_, __, ctx) => ctx.seen === undefined, { rewind: true })
    const game = defineGame({ initialState: () => ({ a: 1 }), events: { look } })
    const event = { kind: 'event', name: 'look', data: undefined, seen: 0.5 } as const
    const { failures } = makeTick(game, game.initialState(), [event], { tick: 1, seed: 0, seenAt: stage.fail })
    throw failures[0]?.error
  }),
  'MachineOptions.firstStepAtMs': toCaller((stage) => {
    const game = defineGame({ initialState: () => ({ a: 1 }), serverEvents: { news: event() } })
    const machine = new GameStateMachine(new GameStateStore(game.initialState()), game, { firstStepAtMs: stage.fail })
    machine.run({ now: () => 0, schedule: () => () => {} })
  }),
}
