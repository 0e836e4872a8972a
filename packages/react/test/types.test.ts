import type { Connection, MemberInfo } from '@tygase/client'
import { defineGame, type Immutable } from '@tygase/gamestate'
import { createElement as h } from 'react'
import { expectTypeOf, test } from 'vitest'
import { createHooks } from '../src/index.js'
import { hooks, type Party, type party } from './support/party.js'

const { GameProvider, useConnection, useEvent, useGame, useMembers, usePresence, useScene } = hooks
const plain = defineGame({ initialState: () => ({ n: 0 }) })
const { GameProvider: PlainProvider } = createHooks<typeof plain>()

test('all hooks have the types of the game', () => {
  const never = (): void => {
    expectTypeOf(useConnection()).toEqualTypeOf<Connection<typeof party>>()
    expectTypeOf(useGame((state) => state)).toEqualTypeOf<Immutable<Party>>()
    expectTypeOf(useGame(({ round }) => round)).toEqualTypeOf<number>()
    useGame(({ round }) => round, { equal: (a, b) => a < b, predicted: true })
    // @ts-expect-error reason: the state has no such part
    useGame(({ rounds }) => rounds)
    useScene(({ players }, { dt }) => expectTypeOf([players.size, dt]).toEqualTypeOf<number[]>())
    useEvent('cheer', (text, { predicted }) => expectTypeOf([text, predicted]).toEqualTypeOf<(string | boolean)[]>())
    // @ts-expect-error reason: the server sends no such event
    useEvent('score', () => {})
    expectTypeOf(useMembers()).toEqualTypeOf<ReadonlyMap<string, MemberInfo>>()
    expectTypeOf(useMembers(({ size }) => size)).toEqualTypeOf<number>()
    const [all, set] = usePresence()
    expectTypeOf(all.get('x')?.typing).toEqualTypeOf<boolean | undefined>()
    // @ts-expect-error reason: typing is true or false
    set({ typing: 1 })
  }
  expectTypeOf(never).toBeFunction()
})

test('the provider asks for the data that the game wants', () => {
  const never = (connection: Connection<typeof party>): void => {
    h(GameProvider, { connection })
    h(GameProvider, { address: 'ws://host', options: { data: { name: 'Ada' } } })
    h(PlainProvider, { address: 'ws://host' })
    h(PlainProvider, { address: 'ws://host', options: { game: plain, timeoutMs: 5 } })
    // @ts-expect-error reason: the game asks for a name
    h(GameProvider, { address: 'ws://host' })
    // @ts-expect-error reason: a name is a string
    h(GameProvider, { address: 'ws://host', options: { data: { name: 5 } } })
    // @ts-expect-error reason: one of the two
    h(GameProvider, { connection, address: 'ws://host' })
    // @ts-expect-error reason: a connection is given or made
    h(PlainProvider, {})
  }
  expectTypeOf(never).toBeFunction()
})
