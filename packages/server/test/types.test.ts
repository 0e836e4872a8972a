import { type defineGame, type GameStateMachine, type GameStateStore, on } from '@tygase/gamestate'
import { expectTypeOf, test } from 'vitest'
import { type Client, type Room, Server } from '../src/index.js'
import { type Field, field } from './support/stage.js'

const never = (_work: () => unknown): void => {}

test("a server's types follow from its game", () => {
  const server = new Server({ game: field })
  expectTypeOf(server).toEqualTypeOf<Server<typeof field>>()
  expectTypeOf(server.room).toEqualTypeOf<Room<typeof field>>()
  expectTypeOf(server.store).toEqualTypeOf<GameStateStore<Field>>()
  expectTypeOf(server.machine).toEqualTypeOf<GameStateMachine<typeof field>>()
  expectTypeOf(server.store.state.sum).toEqualTypeOf<number>()
})

test('names, data and handler arguments that the game does not have are compile errors', () => {
  never(() => {
    const server = new Server({ game: field })
    server.dispatchEvent('news', 'rain', { to: ['a'], retries: 3, onAck: ({ id }) => id })
    server.dispatchEvent('added', 5, { to: { except: 'a' } })
    // @ts-expect-error reason: the game has no such server event
    server.dispatchEvent('gossip', 'rain')
    // @ts-expect-error reason: news carries a string
    server.dispatchEvent('news', 5)
    // @ts-expect-error reason: a client's event is not one of the server's
    server.dispatchEvent('add', 5)
    server.registerEventHandler('whisper', (to, client) => {
      expectTypeOf(to).toEqualTypeOf<string>()
      expectTypeOf(client).toEqualTypeOf<Client>()
    })
    // @ts-expect-error reason: clients have no such event
    server.registerEventHandler('news', () => {})
    // @ts-expect-error reason: whisper carries a string
    server.registerEventHandler('whisper', (amount: number) => amount)
    server.pushEvent('whisper', 'a', 'c')
    // @ts-expect-error reason: whisper carries a string
    server.pushEvent('whisper', 5)
  })
})

test('options of one game and of a kind of room are typed alike, and unknown ones are compile errors', () => {
  never(() => {
    const options = {
      handlers: { whisper: (to: string, { room }: Client) => room.clients.get(to)?.name },
      onJoin: ({ id }: Client) => void id,
      onTick: (room: Room<typeof field>) => void room.store.state.here.size,
      save: { migrate: () => field.initialState() },
    }
    new Server({ game: field, ...options })
    new Server().define('field', field, options)
    // @ts-expect-error reason: no such option
    new Server({ game: field, maxClient: 8 })
    // @ts-expect-error reason: no such option
    new Server({ maxClients: 8 })
    // @ts-expect-error reason: no such option
    new Server().define('field', field, { onMessage: {} })
    // @ts-expect-error reason: the game has no such event
    new Server({ game: field, handlers: { fly: () => {} } })
    // @ts-expect-error reason: options are an object
    void new Server({ game: field }).run(8080)
  })
  expectTypeOf(on).toBeFunction()
  expectTypeOf<typeof defineGame>().toBeFunction()
})
