import { EntityMap, GameStateStore, transact } from '@tygase/gamestate'
import { ClientSession, createTransportPair, type Outcome, readHello, ServerSession } from '@tygase/protocol'
import { encodeStateMessage, type SessionListener } from '@tygase/protocol/internal'
import { type Stage, type Trial, toCaller } from '../stage.js'

const reliable = { reliable: true }

interface Parts {
  readonly client?: Partial<SessionListener>
  readonly server?: Partial<SessionListener>
  readonly outcome?: Outcome
}

/** Connected sessions of both sides, whose packets `exchange` hands over. The stage is armed once they are connected. */
function pair(stage: Stage, { client = {}, server = {}, outcome = { kind: 'done' } }: Parts) {
  const upper = new ClientSession({ path: '/', random: () => 0, listener: { onEvent: () => {}, ...client } }, 0)
  const options = { clientId: 'ada', token: new Uint8Array(16), names: [], welcome: new Uint8Array(0) }
  const onEvent: SessionListener['onEvent'] = ({ sequence }) => lower.reply(sequence, outcome)
  const lower: ServerSession = new ServerSession({ ...options, listener: { onEvent, ...server } }, 0)
  const exchange = (): void => {
    for (let isOver = false; !isOver; ) {
      const [up, down] = [upper.flush(0), lower.flush(0)]
      if (up) lower.receive(up, 0)
      if (down) upper.receive(down, 0)
      isOver = !up && !down
    }
  }
  upper.attach(reliable, 0)
  lower.attach(reliable, 0, readHello(upper.flush(0)!))
  exchange()
  stage.arm()
  return { client: upper, server: lower, exchange }
}

/** An event of the client. */
const sends = (parts: (stage: Stage) => Parts & { readonly options?: object }): Trial =>
  toCaller((stage) => {
    const { options = {}, ...others } = parts(stage)
    const { client, exchange } = pair(stage, others)
    client.send('ping', new Uint8Array(0), options, 0)
    exchange()
  })

interface State {
  readonly rows: EntityMap<{ x: number }, string>
}

const store = () => new GameStateStore<State>({ rows: new EntityMap<{ x: number }, string>([['a', { x: 1 }]]) })

/** A rule that goes through the rows. */
const inRule = (work: (rows: State['rows'], stage: Stage) => unknown): Trial =>
  toCaller((stage) => transact(store().state, ({ rows }: State) => void work(rows, stage)))

/** Functions that run within a call of their user, who gets what they fail with. */
export const sessionTrials: Readonly<Record<string, Trial>> = {
  'SessionListener.onEvent': sends((stage) => ({ server: { onEvent: stage.fail } })),
  'SessionListener.onState': toCaller((stage) => {
    const { client } = pair(stage, { client: { onState: stage.fail } })
    client.receive(encodeStateMessage(1, undefined, new Uint8Array(1)), 0)
  }),
  'SessionListener.onArrival': toCaller((stage) => {
    const { client, server, exchange } = pair(stage, { client: { onArrival: stage.fail } })
    const sequence = client.send('ping', new Uint8Array(0), {}, 0)
    server.arrived(sequence, 1)
    exchange()
  }),
  'SessionListener.onStatus': toCaller((stage) => {
    const { client } = pair(stage, { client: { onStatus: stage.failsLater(() => {}) } })
    client.suspend(0)
  }),
  'SendOptions.onAck': sends((stage) => ({ options: { onAck: stage.fail } })),
  'SendOptions.onFail': sends((stage) => ({
    outcome: { kind: 'refused', code: 'no', message: '' },
    options: { onFail: stage.fail },
  })),
  'ClientSessionOptions.random': toCaller((stage) => {
    const session = new ClientSession({ path: '/', random: stage.fail, listener: { onEvent: () => {} } }, 0)
    session.attach(reliable, 0)
    session.flush(0)
  }),
  'createTransportPair(schedule)': toCaller((stage) => createTransportPair(stage.fail)[0].send(new Uint8Array(1))),
  'EntityMap.editEach(change)': inRule((rows, stage) => rows.editEach(stage.fail)),
  'EntityMap.filter(keep)': toCaller((stage) => store().state.rows.filter(stage.fail)),
  'EntityMap.forEach(visit)': inRule((rows, stage) => rows.forEach(stage.fail)),
  'ReadonlyEntityMap.filter(keep)': toCaller((stage) =>
    store()
      .state.rows.filter(() => true)
      .filter(stage.fail),
  ),
  'ReadonlyEntityMap.forEach(visit)': toCaller((stage) => store().state.rows.forEach(stage.fail)),
}
