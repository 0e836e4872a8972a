import { type Connection, connect } from '@tygase/client'
import { applyDelta, defineGame, EntityMap, encodeDelta, event } from '@tygase/gamestate'
import { silentLogger } from '@tygase/gamestate/internal'
import { createHttp } from '@tygase/http'
import { createLocalTransports, type Transport } from '@tygase/protocol/internal'
import { type AcceptedTransport, type Room, Server, type ServerOptions } from '@tygase/server'
import { normalHost } from '@tygase/server/internal'
import { VirtualTime } from '@tygase/testkit/internal'
import { expect } from 'vitest'
import * as z from 'zod'
import { createInspector, type Inspector, type InspectorOptions } from '../../src/index.js'
import { inspectHeader, type Right, type SessionAnswer } from '../../src/shared/http-answers.js'
import type { lookGame } from '../../src/shared/look-game.js'
import type { LookAsks } from '../../src/shared/look-requests.js'

interface Card {
  owner: string
  face: string
}

/** A game with secrets: a client sees its own cards, and how many there are. */
export const cards = defineGame({
  tickRate: 20,
  initialState: () => ({ round: 0, deep: { list: [1, 2, 3] }, hands: new EntityMap<Card>(), secret: 'the deck: QKA' }),
  onJoin: (state, ctx) =>
    void state.hands.set(ctx.client.id, { owner: ctx.client.id, face: `ace-of-${ctx.client.id}` }),
  onLeave: (state, ctx) => void state.hands.delete(ctx.client.id),
  serverEvents: { dealt: event<{ round: number }>() },
  events: (on) => ({
    deal: on(z.object({ by: z.number().max(100) }), (state, { by }, ctx) => {
      if (by < 0) return ctx.reject('too_few', 'no')
      if (by === 13) throw new Error('unlucky')
      state.round += by
      ctx.dispatch('dealt', { round: state.round })
    }),
    shuffle: on((state) => void state.deep.list.reverse(), { from: 'server' }),
  }),
  view(state, clientId) {
    if (clientId === 'cursed') throw new Error('no view for it')
    return {
      round: state.round,
      deep: state.deep,
      hands: state.hands.filter((card) => card.owner === clientId),
      secret: '',
    }
  },
})

export const tokens = {
  metrics: 'token-of-the-watcher',
  inspect: 'token-of-the-looker',
  act: 'token-of-the-actor',
}

/** What a page has after its login. */
export interface Login {
  readonly cookie: string
  readonly nonce: string
}

export interface StageOptions extends InspectorOptions {
  /** Of `run` and `createHttp`. */
  base?: string
  server?: ServerOptions
}

// a client loads the reader of lists when it needs it, which takes time that is not virtual
applyDelta(undefined, encodeDelta(undefined, {}))

const looks = new WeakMap<Connection<typeof lookGame>, Login | undefined>()

/** A server with cards and an inspector, in virtual time. */
export class Stage {
  readonly time = new VirtualTime()
  readonly server: Server
  readonly inspector: Inspector
  readonly http: ReturnType<typeof createHttp>
  readonly logged: Record<string, unknown>[] = []
  readonly accessed: Record<string, unknown>[] = []
  readonly #base: string

  constructor({ base = '', server, ...options }: StageOptions = { auth: tokens }) {
    const { clock } = this.time
    this.#base = base
    const accessLog = { info: (details: object, message: string) => void this.accessed.push({ message, ...details }) }
    this.server = new Server({ clock, logger: silentLogger, accessLog, ...server }).define('cards', cards)
    const note = (details: object): void => void this.logged.push({ ...details })
    const logger = { debug() {}, info: note, warn: note, error: note }
    this.inspector = createInspector(this.server, { clock, logger, ...options })
    const path = base === '' ? {} : { path: base }
    this.http = createHttp({ ...path, routes: this.inspector.routes, clock, logger: false })
  }

  async run(): Promise<this> {
    await this.server.run({ port: false, ...(this.#base !== '' && { path: this.#base }) })
    // so that the server of the inspector runs, too
    await this.pass(1)
    return this
  }

  async pass(ms: number): Promise<void> {
    await this.time.moveTo(this.time.clock.now() + ms, () => false)
  }

  /** Lets time pass until a promise has settled. */
  async settled<Value>(promise: Promise<Value>): Promise<Value> {
    let isSettled = false
    const end = (): void => {
      isSettled = true
    }
    promise.then(end, end)
    await this.time.moveTo(this.time.clock.now() + 60_000, () => isSettled)
    return promise
  }

  /** A request to the inspector. @param from address of the client */
  ask(
    method: string,
    path: string,
    {
      headers = {},
      body,
      from = '203.0.113.7',
    }: { headers?: Record<string, string>; body?: string; from?: string } = {},
  ): Promise<Response> {
    const init = { method, headers: { host: 'game.example', ...headers }, ...(body !== undefined && { body }) }
    const url = `http://game.example${this.#base}/inspect${path}`
    return this.settled(this.http.request(new Request(url, init), from))
  }

  async logIn(right: Right, host = 'game.example'): Promise<Login> {
    const headers = { host, [inspectHeader]: '1', 'content-type': 'application/json' }
    const answer = await this.ask('POST', '/login', { headers, body: JSON.stringify({ token: tokens[right] }) })
    expect(answer.status).toBe(200)
    const { nonce } = (await answer.json()) as SessionAnswer
    return { cookie: cookieOf(answer), nonce }
  }

  /**
   * Opens a socket of the inspector as a page does.
   * @throws (as a rejection) Error with status and code of a refused upgrade; errors of `connect`
   */
  async open(
    path: string,
    login: Login | undefined,
    {
      headers = {},
      credentials,
      from = '203.0.113.7',
    }: { headers?: Record<string, string>; credentials?: object; from?: string } = {},
  ): Promise<Connection<typeof lookGame>> {
    const page = { host: 'game.example', origin: 'http://game.example', ...(login && { cookie: login.cookie }) }
    const request = { url: `${this.#base}/inspect/live/${path}`, headers: { ...page, ...headers } }
    const openTransport = (): Transport => {
      const mount = this.server.mounts.find(request.url)
      const address = { host: normalHost(from) ?? from, port: 5 }
      const refusal = mount?.refusalOf(request, address, false)
      if (mount === undefined || refusal !== undefined) throw new Error(`${refusal?.status} ${refusal?.code}`)
      const [own, other] = createLocalTransports(this.time.clock)
      mount.accept(Object.assign(own as AcceptedTransport, { clientAddress: address }), request)
      return other
    }
    const { clock } = this.time
    const given = credentials ?? (login && { nonce: login.nonce })
    const opening = connect<typeof lookGame>(
      { path: request.url, openTransport },
      { clock, credentials: given, logger: false, timeoutMs: 1000, reconnect: false },
    )
    const connection = await this.settled(opening)
    looks.set(connection, login)
    return connection
  }

  /** A page with a right that looks at a room. */
  async look(right: Right = 'act', room?: string, id = 'aaaa'): Promise<Connection<typeof lookGame>> {
    const connection = await this.open(`look/${id}`, await this.logIn(right))
    if (room !== undefined) await this.request(connection, 'look', { room })
    return connection
  }

  /** @param data with the nonce of the login, unless it has one */
  async request<Name extends keyof LookAsks>(
    connection: Connection<typeof lookGame>,
    name: Name,
    data: LookAsks[Name]['data'] & { nonce?: unknown },
  ): Promise<LookAsks[Name]['result']> {
    const isAction = !['browse', 'look', 'tree', 'diff', 'bytes', 'log', 'entry'].includes(name)
    const nonce = looks.get(connection)?.nonce
    const given = isAction && !('nonce' in data) ? { ...data, nonce } : data
    return this.settled(connection.request(name as never, given as never)) as Promise<LookAsks[Name]['result']>
  }

  async makeRoom(id: string): Promise<Room<typeof cards>> {
    return this.settled(this.server.createRoom<typeof cards>('cards', { id }))
  }

  async player(id: string): Promise<Connection<typeof cards>> {
    const { clock } = this.time
    return this.settled(connect(this.server.at(`/cards/${id}`), { clock, game: cards, logger: false }))
  }
}

export function cookieOf(answer: Response): string {
  return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
}
