import { GameStateMachine, GameStateStore } from '@tygase/gamestate'
import { expectTypeOf, test } from 'vitest'
import { Backend, Server, type ServerConnection } from '../src/index.js'
import { type Field, field } from './support/stage.js'

test("a server's types follow from its event wire", () => {
  const store = new GameStateStore(field.initialState())
  const server = new Server(store, { eventWire: new GameStateMachine(store, field) })
  expectTypeOf(server).toEqualTypeOf<Server<typeof field>>()
  expectTypeOf(server.store).toEqualTypeOf<GameStateStore<Field>>()
})

test('names, data and handler arguments that the game does not have are compile errors', () => {
  const { server } = new Backend(field)
  const never = (): void => {
    server.dispatchEvent('news', 'rain', { to: ['a'], retries: 3, onAck: ({ id: clientId }) => clientId })
    server.dispatchEvent('added', 5, { to: { except: 'a' } })
    // @ts-expect-error reason: the game has no such server event
    server.dispatchEvent('gossip', 'rain')
    // @ts-expect-error reason: news carries a string
    server.dispatchEvent('news', 5)
    // @ts-expect-error reason: news carries a string, which is missing
    server.dispatchEvent('news')
    // @ts-expect-error reason: a client's event is not one of the server's
    server.dispatchEvent('add', 5)
    server.registerEventHandler('add', (amount, connection) => {
      expectTypeOf(amount).toEqualTypeOf<number>()
      expectTypeOf(connection).toEqualTypeOf<ServerConnection>()
    })
    // @ts-expect-error reason: clients have no such event
    server.registerEventHandler('news', () => {})
    // @ts-expect-error reason: add carries a number
    server.registerEventHandler('add', (text: string) => text)
  }
  expectTypeOf(never).toBeFunction()
})

test('a backend has the types of its game', () => {
  const backend = new Backend(field)
  expectTypeOf(backend.store.state.sum).toEqualTypeOf<number>()
  expectTypeOf(backend.dispatchEvent<'news' | 'added'>).toBeFunction()
})
