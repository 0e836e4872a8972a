import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type GameStateErrorCode, gameStateErrorCodes } from '../src/errors.js'
import {
  applyDelta,
  defineGame,
  EntityMap,
  encodeDelta,
  GameStateError,
  GameStateStore,
  makeTick,
  TygaseError,
  transact,
} from '../src/index.js'
import { applyCounted, ByteReader, registerReader } from '../src/internal.js'
import { readArrayChange } from '../src/internal-arrays.js'
import { readVersionMap } from '../src/internal-rows.js'
import { serverClient } from '../src/rules/context.js'
import { encodeValue } from '../src/values/payload.js'
import { startPlay } from './support/play.js'

describe('errors', () => {
  test('are errors of their package, on one base, with a code and a message', () => {
    const error = new GameStateError('invalid_value', 'players.p1: bad')
    expect(error).toBeInstanceOf(TygaseError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'GameStateError', code: 'invalid_value', message: 'players.p1: bad' })
    expect(String(error)).toBe('GameStateError: players.p1: bad')
  })

  test('may carry what caused them', () => {
    const cause = new Error('inner')
    expect(new TygaseError('x', 'outer', { cause }).cause).toBe(cause)
  })

  test('have codes that are lower-case words, each listed once', () => {
    expect(new Set(gameStateErrorCodes).size).toBe(gameStateErrorCodes.length)
    for (const code of gameStateErrorCodes) expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
  })
})

const store = (): GameStateStore<{ n: number }> => new GameStateStore({ n: 0 })

/** The shortest way to each code that is thrown. */
const thrown: Partial<Record<GameStateErrorCode, () => unknown>> = {
  invalid_value: () => new GameStateStore({ f: () => 1 }),
  value_limit: () => encodeValue([1, 2], { maxPayloadElements: 2 }),
  value_too_large: () => encodeValue([1, 2], { maxEventBytes: 2 }),
  invalid_game: () => defineGame({} as never),
  invalid_argument: () => new GameStateStore({}, { maxVersions: 0 }),
  invalid_delta: () => applyDelta(undefined, Uint8Array.of(255)),
  maps_not_loaded: () => {
    const delta = encodeDelta(undefined, { map: new EntityMap() })
    registerReader('maps', undefined)
    try {
      applyCounted(undefined, delta, Number.POSITIVE_INFINITY)
    } finally {
      registerReader('maps', readVersionMap)
    }
  },
  arrays_not_loaded: () => {
    const delta = encodeDelta({ list: [1, 2] }, { list: [1, 2, 3] })
    registerReader('arrays', undefined)
    try {
      applyCounted({ list: [1, 2] }, delta, Number.POSITIVE_INFINITY)
    } finally {
      registerReader('arrays', readArrayChange)
    }
  },
  bytes_truncated: () => new ByteReader(new Uint8Array(0)).readByte(),
  bytes_malformed: () => new ByteReader(new Uint8Array(1)).expectEnd(),
  row_missing: () => new EntityMap().edit('a'),
  transaction_over: () => {
    let kept = { n: 0 }
    transact(store().state, (draft: { n: number }) => {
      kept = draft
    })
    kept.n = 1
  },
  version_not_newer: () => store().commit({ n: 1 }, 0),
}

/** The shortest way to each code with which an event is refused. */
const refused: Partial<Record<GameStateErrorCode, (play: ReturnType<typeof startPlay>) => void>> = {
  event_unknown: ({ push }) => push('nothing'),
  event_invalid: ({ push }) => push('note', 1),
  join_invalid: ({ outcomes }) => {
    const schema = z.string()
    const game = defineGame({ initialState: () => ({}), joinData: schema })
    const tick = makeTick(game, {}, [{ kind: 'join', client: serverClient }], { tick: 1, seed: 0 })
    outcomes.push(['join', tick.outcomes[0]!])
  },
  handler_failed: ({ push }) => push('fail'),
  not_predicted: ({ game, outcomes }) => {
    const event = { kind: 'event', name: 'fail', data: undefined } as const
    const options = { tick: 1, seed: 0, predicting: true }
    outcomes.push(['fail', makeTick(game, game.initialState(), [event], options).outcomes[0]!])
  },
  event_queue_full: ({ push }) => {
    push('note', 'a')
    push('note', 'b')
  },
}

test.each(gameStateErrorCodes)('%s comes about, and is either thrown or the end of an event', (code) => {
  const [throws, refuses] = [thrown[code], refused[code]]
  expect([throws, refuses].filter((way) => way !== undefined)).toHaveLength(1)
  if (throws !== undefined) {
    expect(throws).toThrow(expect.objectContaining({ name: 'GameStateError', code }))
    return
  }
  const play = startPlay({}, { maxQueuedEvents: 1 })
  refuses?.(play)
  play.machine.step()
  expect(play.outcomes.map(([, outcome]) => outcome)).toContainEqual(expect.objectContaining({ kind: 'refused', code }))
})
