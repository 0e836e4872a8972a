import { type Connection, connect } from '@tygase/client'
import { type AnyGame, defineGame, EntityMap, event } from '@tygase/gamestate'
import { Server } from '@tygase/server'
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
  readonly own: Server<typeof game>
}

export const tygasePeer: Peer = {
  name: 'TyGaSe',
  about: 'as it comes; events with `retries: Infinity`',
  async serve() {
    const own = new Server({ game, logger: false })
    await own.run()
    const server: TygaseServer = {
      own,
      port: own.port!,
      tell: (number) => own.dispatchEvent('told', number, { retries: Number.POSITIVE_INFINITY }),
      changeState: () => own.pushEvent('change'),
      close: () => own.shutdown({ endSessions: true, drainMs: 100 }),
    }
    return server
  },
  async connect(port, server) {
    const connection: Connection<AnyGame> = await connect(`ws://localhost:${port}`)
    const told: number[] = []
    connection.registerEventHandler('told', (number) => void told.push(number as number))
    const { own: ownServer } = server as TygaseServer
    const copy = (): State => connection.state as State
    return {
      told,
      errors: [],
      isConnected: () => connection.status === 'connected',
      id: () => connection.clientId,
      hasState: () => {
        const own = ownServer.store.state
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
