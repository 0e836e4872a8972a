import { defineGame, type Immutable } from '@tygase/gamestate'
import { expectTypeOf, test } from 'vitest'
import { type Connection, type ConnectOptions, connect } from '../src/index.js'
import { predict } from '../src/predict/index.js'
import { schemaOf } from './support/schema.js'
import type { board } from './support/stage.js'
import type { Board } from './support/virtual-server.js'

type BoardConnection = Connection<typeof board>

const named = defineGame({
  initialState: () => ({ n: 0 }),
  joinData: schemaOf((value): value is { name: string } => typeof value === 'object'),
})

test('the state is that of the game, readonly at every depth', () => {
  expectTypeOf<BoardConnection['state']>().toEqualTypeOf<Immutable<Board>>()
  const never = (connection: BoardConnection): void => {
    // @ts-expect-error reason: a replica is readonly
    connection.state.count = 1
    // @ts-expect-error reason: at every depth
    connection.state.words.push('x')
    connection.subscribe(
      (state) => state.words,
      (words, previous) => {
        expectTypeOf(words).toEqualTypeOf<readonly string[]>()
        expectTypeOf(previous).toEqualTypeOf<readonly string[]>()
      },
    )
  }
  expectTypeOf(never).toBeFunction()
})

test('names, data, results and handler arguments that the game does not have are compile errors', () => {
  const never = async (connection: BoardConnection): Promise<void> => {
    connection.dispatchEvent('ping', { n: 1 }, { retries: 2, onAck: (n) => expectTypeOf(n).toEqualTypeOf<number>() })
    connection.dispatchEvent('reset')
    connection.dispatchEvent('reset', { retries: 1 })
    connection.dispatchEvent('reset', undefined, { retries: 1 })
    // @ts-expect-error reason: the game has no such event
    connection.dispatchEvent('pong', { n: 1 })
    // @ts-expect-error reason: n is a number
    connection.dispatchEvent('ping', { n: 'one' })
    // @ts-expect-error reason: ping has data
    connection.dispatchEvent('ping')
    // @ts-expect-error reason: an event of the server is not one of the client's
    connection.dispatchEvent('news', 'x')
    // @ts-expect-error reason: no client can send an event that is from the server
    connection.dispatchEvent('reward')
    // @ts-expect-error reason: there is no such option
    connection.dispatchEvent('reset', { retry: 1 })
    expectTypeOf(await connection.request('ping', { n: 1 })).toEqualTypeOf<number>()
    expectTypeOf(await connection.request('reset')).toEqualTypeOf<void>()
    expectTypeOf(await connection.request('reset', { timeoutMs: 5 })).toEqualTypeOf<void>()
    expectTypeOf(connection.registerEventHandler('poke', () => {})).toEqualTypeOf<() => void>()
    connection.registerEventHandler('news', (text) => expectTypeOf(text).toEqualTypeOf<string>())
    // @ts-expect-error reason: the server sends no such event
    connection.registerEventHandler('ping', () => {})
    // @ts-expect-error reason: news carries a string
    connection.registerEventHandler('news', (n: number) => n)
  }
  expectTypeOf(never).toBeFunction()
})

test('connect takes the join data of the game, and the game gives the types', () => {
  const never = async (): Promise<void> => {
    const connection = await connect('ws://host', { game: named, data: { name: 'Ada' } })
    expectTypeOf(connection).toEqualTypeOf<Connection<typeof named>>()
    await connect<typeof named>(new URL('ws://host'), { data: { name: 'Ada' } })
    await connect<typeof board>('ws://host')
    await connect('ws://host', { data: 5 })
    // @ts-expect-error reason: the game asks for a name
    await connect<typeof named>('ws://host')
    // @ts-expect-error reason: a name is a string
    await connect<typeof named>('ws://host', { data: { name: 5 } })
    // @ts-expect-error reason: there is no such option
    await connect<typeof board>('ws://host', { timeout: 5 })
  }
  expectTypeOf(never).toBeFunction()
})

test('a prediction needs the game, and options of unknown content still fit', () => {
  const never = async (game: typeof board, options: ConnectOptions<typeof board>): Promise<void> => {
    await connect('ws://host', { game, predict: predict() })
    await connect('ws://host', { ...options, game, predict: predict() })
    await connect<typeof board>('ws://host', options)
    await connect<typeof board>('ws://host', { ...options, timeoutMs: 5 })
    // @ts-expect-error reason: predict needs the option game
    await connect('ws://host', { predict: predict() })
    // @ts-expect-error reason: predict needs the option game
    await connect<typeof board>('ws://host', { predict: predict(), timeoutMs: 5 })
    // @ts-expect-error reason: the game asks for a name
    await connect('ws://host', { game: named, predict: predict() })
  }
  expectTypeOf(never).toBeFunction()
})
