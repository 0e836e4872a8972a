import type { EntityMap } from '@tygase/gamestate'
import type { Client, Room } from '@tygase/server'
import type { Library } from './library.js'

interface Player {
  x: number
  y: number
  score: number
}

interface Field {
  count: number
  players: EntityMap<Player>
  crowd: EntityMap<Player>
  log: string[]
}

/** Rows of the state that move in every tick. */
const crowdSize = 200
/** Of one client. */
const mostShouts = 20
/** A client sees this share of them, chosen by its id. */
const crowdParts = 4
/** Characters of a text that the game takes. */
const maxTextLength = 200
/** Events of the server that one `shout` brings to its sender. */
export const noisePerShout = 200

/** A schema by hand, so that the program does not measure a library for schemas. */
function schemaOf<T>(problemOf: (value: unknown) => readonly { message: string; path?: PropertyKey[] }[]) {
  const validate = (value: unknown) => {
    const issues = problemOf(value)
    // reason: the value has passed the check
    return issues.length > 0 ? { issues } : { value: value as T }
  }
  return { '~standard': { version: 1 as const, vendor: 'hold', validate } }
}

const anything = schemaOf<unknown>(() => [])
const shortText = schemaOf<string>((value) =>
  typeof value === 'string' && value.length <= maxTextLength ? [] : [{ message: 'not a short text' }],
)
/** Complains of each element, as the usual libraries do. */
const numbers = schemaOf<number[]>((value) => {
  if (!Array.isArray(value)) return [{ message: 'not a list' }]
  return value.flatMap((element, index) =>
    typeof element === 'number' ? [] : [{ message: `not a number: ${typeof element}`, path: [index] }],
  )
})

/**
 * The game that is attacked: rows that move, a view for each client, rules that refuse, fail, cost and send.
 * @param work takes as long as a costly rule does: at most 1 ms
 */
export function holdGame({ gamestate, protocol }: Library, work: () => void) {
  const { defineGame, EntityMap: Rows, event } = gamestate
  return defineGame({
    initialState: (): Field => ({
      count: 0,
      players: new Rows<Player>(),
      crowd: new Rows<Player>(
        Array.from({ length: crowdSize }, (_, id) => [`${id}`, { x: id, y: 0, score: 0 }] as [string, Player]),
      ),
      log: [],
    }),
    tickRate: 20,
    precision: { players: { x: 0.01, y: 0.01 }, crowd: { x: 0.01, y: 0.01 } },
    timeStep(state, dt) {
      state.crowd.editEach((row) => {
        row.x += dt
      })
    },
    view: (state, clientId) => {
      const part = clientId.charCodeAt(0) % crowdParts
      return { ...state, crowd: state.crowd.filter((_row, id) => Number(id) % crowdParts === part) }
    },
    // earlier checkouts know no presence
    ...('presenceEvent' in protocol && { presence: anything }),
    serverEvents: { noise: event<number>() },
    events: (on) => ({
      // any data is taken, so that the rule runs for each of these events
      count: on(anything, (state) => ++state.count),
      say: on(shortText, (state, text) => {
        state.log = [...state.log.slice(-20), text]
      }),
      take: on(anything, (state, data, ctx) => {
        state.players.edit(ctx.client.id).score++
        return data
      }),
      sum: on(numbers, (_state, list) => list.reduce((sum, number) => sum + number, 0)),
      work: on(anything, () => work()),
      refuse: on(anything, (_state, _data, ctx) => ctx.reject('refused', 'this event is always refused')),
      fail: on(anything, () => {
        throw new Error('this rule always fails')
      }),
      reward: on(anything, () => {}, { from: 'server' }),
    }),
    onJoin: (state, ctx) => void state.players.set(ctx.client.id, { x: 0, y: 0, score: 0 }),
    onLeave: (state, ctx) => void state.players.delete(ctx.client.id),
  })
}

/** An event that a handler at the server takes and never answers. */
export const waitEvent = 'wait'
/** An event whose asynchronous handler answers with the data. */
const echoEvent = 'echo'
/** An event for which the server sends many of its own, again and again until they are acked. */
export const shoutEvent = 'shout'

/** Events that a client may try, besides the reserved ones. */
export const gameEvents: readonly string[] = [
  ...['count', 'say', 'take', 'sum', 'work', 'refuse', 'fail', 'reward'],
  ...[waitEvent, echoEvent, shoutEvent],
]

/** Channels that the server makes. */
export const channelNames: readonly string[] = Array.from({ length: 890 }, (_, index) => `channel-${index}`)

/** Options of the room that is attacked. */
export const roomOptions = { channels: { clientsMayCreate: true } }

/** Makes the channels and registers the handlers. */
export function prepareRoom(room: Room): void {
  for (const name of channelNames) room.channels.create(name, { publishers: 'all' })
  room.registerEventHandler(waitEvent, () => new Promise(() => {}))
  room.registerEventHandler(echoEvent, async (data: unknown) => data)
  const shouts = new WeakMap<Client, number>()
  room.registerEventHandler(shoutEvent, (_data: unknown, client: Client) => {
    const shouted = shouts.get(client) ?? 0
    // a handler that sends without end at a client's request is the user's mistake
    if (shouted >= mostShouts) return
    shouts.set(client, shouted + 1)
    const options = { to: [client.id], retries: Number.POSITIVE_INFINITY }
    for (let index = 0; index < noisePerShout; index++) room.dispatchEvent('noise', index, options)
  })
}
