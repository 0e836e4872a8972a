import { type Connection, connect } from '@tygase/client'
import { type AnyGame, defineGame, EntityMap, event } from '@tygase/gamestate'
import { Backend } from '@tygase/server'
import { numbersAfter, type Peer, type PeerServer } from './peer.js'

interface State {
  changes: number
  rows: EntityMap<{ value: number }, number>
}

const game = defineGame({
  initialState: (): State => ({
    changes: 0,
    rows: new EntityMap(numbersAfter(0).map((value, id): [number, { value: number }] => [id, { value }])),
  }),
  tickRate: 20,
  serverEvents: { told: event<number>() },
  events: (on) => ({
    change: on((state) => {
      state.changes++
      const values = numbersAfter(state.changes)
      state.rows.editEach((row, id) => {
        row.value = values[id]!
      })
    }),
  }),
})

interface TygaseServer extends PeerServer {
  readonly backend: Backend<typeof game>
}

export const tygasePeer: Peer = {
  name: 'TyGaSe',
  about: 'as it comes; events with `retries: Infinity`',
  async serve() {
    const backend = new Backend(game)
    await backend.run()
    const server: TygaseServer = {
      backend,
      port: backend.port!,
      tell: (number) => backend.dispatchEvent('told', number, { retries: Number.POSITIVE_INFINITY }),
      changeState: () => backend.machine.pushEvent({ name: 'change', data: undefined, clientId: 'server' }),
      close: () => backend.shutdown({ endSessions: true, drainMs: 100 }),
    }
    return server
  },
  async connect(port, server) {
    const connection: Connection<AnyGame> = await connect(`ws://localhost:${port}`)
    const told: number[] = []
    connection.registerEventHandler('told', (number) => void told.push(number as number))
    const { backend } = server as TygaseServer
    const copy = (): State => connection.state as State
    return {
      told,
      errors: [],
      isConnected: () => connection.status === 'connected',
      id: () => connection.clientId,
      hasState: () => {
        const own = backend.store.state
        return (
          copy().changes === own.changes &&
          [...own.rows].every(([id, { value }]) => copy().rows.get(id)?.value === value)
        )
      },
      twin: async () => undefined,
      leave: () => void connection.disconnect(),
    }
  },
}
