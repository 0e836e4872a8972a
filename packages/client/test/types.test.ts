import type { Immutable } from '@tygase/gamestate'
import { expectTypeOf, test } from 'vitest'
import type { Connection } from '../src/index.js'
import type { board } from './support/stage.js'
import type { Board } from './support/virtual-server.js'

type BoardConnection = Connection<typeof board>

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
    connection.dispatchEvent('ping', { n: 1 }, { retries: 2, onAck: () => {} })
    connection.dispatchEvent('reset')
    connection.dispatchEvent('reset', undefined, { retries: 1 })
    // @ts-expect-error reason: the game has no such event
    connection.dispatchEvent('pong', { n: 1 })
    // @ts-expect-error reason: n is a number
    connection.dispatchEvent('ping', { n: 'one' })
    // @ts-expect-error reason: ping has data
    connection.dispatchEvent('ping')
    // @ts-expect-error reason: an event of the server is not one of the client's
    connection.dispatchEvent('news', 'x')
    expectTypeOf(await connection.request('ping', { n: 1 })).toEqualTypeOf<number>()
    expectTypeOf(await connection.request('reset')).toEqualTypeOf<void>()
    connection.registerEventHandler('news', (text) => expectTypeOf(text).toEqualTypeOf<string>())
    connection.registerEventHandler('poke', () => {})
    // @ts-expect-error reason: the server sends no such event
    connection.registerEventHandler('ping', () => {})
    // @ts-expect-error reason: news carries a string
    connection.registerEventHandler('news', (n: number) => n)
  }
  expectTypeOf(never).toBeFunction()
})
