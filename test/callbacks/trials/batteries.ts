import { Accounts, createTokens, tokenAuth } from '@tygase/auth'
import { connect } from '@tygase/client'
import { createHttp } from '@tygase/http'
import { createInspector, type InspectorOptions } from '@tygase/inspect'
import { createLocalTransports } from '@tygase/protocol/internal'
import { Server } from '@tygase/server'
import { memoryStorage } from '@tygase/storage'
import { createTasks } from '@tygase/tasks'
import { inPlay, type Stage, type Trial, toCaller } from '../stage.js'

const secret = 'a secret of thirty-two bytes or more'
const tokens = (parts: object = {}) => createTokens({ secret, issuer: 'test', gameId: 'test', ...parts })

const requestOf = {
  path: '/',
  headers: undefined,
  address: undefined,
  signal: new AbortController().signal,
  timeoutMs: 1,
}

/** Hashes passwords, with one method that fails from `arm` on. */
function passwordsWith(name: 'hash' | 'verify', stage: Stage) {
  const passwords = {
    hash: async (password: string) => password,
    verify: async () => ({ matches: true, outdated: false }),
    decoy: 'x',
  }
  return { ...passwords, [name]: stage.failsLater(passwords[name] as never) }
}

/** A request to a server of `createHttp`. */
const asks = (logged: RegExp, path: string, status: number, parts: (stage: Stage) => object): Trial => ({
  logged,
  run: async (stage) => {
    const http = createHttp({ logger: stage.logger, ...parts(stage) })
    const answer = await http.request(path)
    if (answer.status !== status) throw new Error(`${path} was answered with ${answer.status}`)
    const other = await http.request('/nowhere')
    if (other.status !== 404) throw new Error(`the next request was answered with ${other.status}`)
    await stage.logged()
  },
})

const runsTask = (name: 'onResult' | 'onError'): Trial =>
  inPlay(
    new RegExp(`${name} of a task failed`),
    () => ({}),
    async ({ server, stage }) => {
      const file = new URL('../../e2e/support/work.mjs', import.meta.url)
      const tasks = createTasks<{ sumTo(data: object): number; none(data: object): number }>({
        file,
        logger: stage.logger,
      })
      stage.onEnd(() => tasks.shutdown())
      const bound = tasks.bind(server.room as never)
      bound.start(name === 'onResult' ? 'sumTo' : 'none', { n: 1, by: 'a' }, { [name]: stage.fail })
      await stage.logged()
      bound.end()
    },
  )

const inspectorToken = 'a token of sixteen letters'

/** A login at an inspector, and then its dashboard, opened by a program. */
const inspects = (logged: RegExp, parts: (stage: Stage) => InspectorOptions): Trial => ({
  logged,
  run: async (stage) => {
    const server = new Server({ logger: false })
    const inspector = createInspector(server, { auth: { act: inspectorToken }, logger: stage.logger, ...parts(stage) })
    stage.onEnd(() => server.shutdown({ drainMs: 0 }))
    await server.run({ port: false })
    const http = createHttp({ routes: inspector.routes, logger: false })
    const body = JSON.stringify({ token: inspectorToken })
    const headers = { 'x-tygase-inspect': '1' }
    const answer = await http.request(new Request('http://localhost/inspect/login', { method: 'POST', headers, body }))
    if (![200, 401].includes(answer.status)) throw new Error(`the login was answered with ${answer.status}`)
    if (answer.status === 401) return await stage.logged()
    const path = '/inspect/live/dashboard/now'
    const openTransport = () => {
      const [own, other] = createLocalTransports({ schedule: (delayMs, call) => setTimeout(call, delayMs) })
      server.mounts.find(path)?.accept(own, { url: path, headers: {} })
      return other
    }
    const credentials = { token: inspectorToken }
    const connection = await connect({ path, openTransport }, { credentials, logger: false, timeoutMs: 60_000 })
    stage.onEnd(() => connection.disconnect())
    await stage.logged()
    if (connection.status !== 'connected') throw new Error('the dashboard has ended')
  },
})

export const batteryTrials: Readonly<Record<string, Trial>> = {
  'Passwords.hash': toCaller(async (stage) => {
    stage.arm()
    await new Accounts({ storage: memoryStorage(), passwords: passwordsWith('hash', stage) }).add(
      'ada',
      'a long password',
    )
  }),
  'Passwords.verify': toCaller(async (stage) => {
    const accounts = new Accounts({ storage: memoryStorage(), passwords: passwordsWith('verify', stage) })
    await accounts.add('ada', 'a long password')
    stage.arm()
    await accounts.login('ada', 'a long password')
  }),
  'WallClock.now': toCaller((stage) => tokens({ clock: { now: stage.fail } }).issue('ada')),
  'Tokens.verify': toCaller((stage) => tokenAuth({ ...tokens(), verify: stage.fail })('a token', requestOf)),
  'TokenAuthOptions.gameIdOf': toCaller(async (stage) => {
    const token = await tokens().issue('ada')
    await tokenAuth(tokens(), { gameIdOf: stage.fail })(token, requestOf)
  }),
  'HttpOptions.routes': toCaller((stage) => createHttp({ routes: stage.fail, logger: stage.logger })),
  'HttpOptions.healthz': asks(/the health check failed/, '/healthz', 503, (stage) => ({ healthz: stage.fail })),
  'RoomSource.listRooms': asks(/a route failed/, '/rooms', 500, (stage) => ({ rooms: { listRooms: stage.fail } })),
  'HttpOptions.accessLog.info': asks(/the access log failed/, '/healthz', 200, (stage) => ({
    accessLog: { info: stage.fail },
  })),
  'HttpOptions.accessLog.write': asks(/the access log failed/, '/healthz', 200, (stage) => ({
    accessLog: { write: stage.fail },
  })),
  'InspectorOptions.auth': inspects(/auth of the inspector failed/, (stage) => ({ auth: stage.fail })),
  'InspectorOptions.metrics.read': inspects(/the metrics failed/, (stage) => ({ metrics: { read: stage.fail } })),
  'TickTaskOptions.onResult': runsTask('onResult'),
  'TickTaskOptions.onError': runsTask('onError'),
  'Storage.get of accounts': toCaller((stage) => {
    const storage = { ...memoryStorage(), get: stage.fail }
    return new Accounts({ storage }).find('ada')
  }),
}
