import { connect, Socket, type SocketConstructorOpts } from 'node:net'
import { silentLogger, systemClock } from '@tygase/gamestate/internal'
import { VirtualClock } from '@tygase/testkit/internal'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { ClusterRooms, type ClusterRoomsOptions } from '../../src/cluster/cluster-rooms.js'
import type { HandedRequest, ListenerDoor, SocketGiver } from '../../src/entrance/listener.js'
import { WebSocketListener } from '../../src/entrance/web-socket-listener.js'
import { FakeCluster } from '../support/fake-cluster.js'

/** What one of two listeners has seen. */
class Side {
  readonly accepted: { url: string; game: unknown }[] = []
  readonly received: string[] = []
  readonly listener = new WebSocketListener({
    port: 0,
    hostname: '127.0.0.1',
    allowedOrigins: ['https://game.example'],
  })
  blocks = false
  giverFor: ListenerDoor['giverFor']
  port = 0

  async listen(): Promise<void> {
    const door: ListenerDoor = {
      ...{ clock: systemClock, logger: silentLogger, maxPacketBytes: 1024, handshakeTimeoutMs: 60_000, drainMs: 0 },
      addPending: () => () => {},
      isBlocked: () => this.blocks,
      mayConnect: () => true,
      openBudget: () => ({ spend: () => {}, readyAt: () => 0, close: () => {} }) as never,
      refused: () => {},
      giverFor: (url) => this.giverFor?.(url),
      accept: (transport, { url, headers }) => {
        this.accepted.push({ url, game: headers['x-game'] })
        transport.onBytes = (bytes) => void this.received.push(Buffer.from(bytes).toString())
      },
    }
    this.port = (await this.listener.listen(door)).port!
  }
}

const sides: Side[] = []
const clients: (Socket | WebSocket)[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) 'terminate' in client ? client.terminate() : client.destroy()
  await Promise.all(sides.splice(0).map(({ listener }) => listener.close(0)))
})

/** Two listeners, of which the first hands over what `url` begins with `/there`. */
async function twoSides(): Promise<[near: Side, far: Side, handed: HandedRequest[]]> {
  const [near, far] = [new Side(), new Side()]
  sides.push(near, far)
  await Promise.all([near.listen(), far.listen()])
  const handed: HandedRequest[] = []
  const give: SocketGiver = (socket, request) => {
    handed.push(request)
    far.listener.adopt(sent(socket), request)
  }
  near.giverFor = (url) => Promise.resolve(url.startsWith('/there') ? give : undefined)
  return [near, far, handed]
}

/** The connection of a socket in another object, as after its way through a channel. */
function sent(socket: Socket): Socket {
  // reason: no type of Node has its handles
  const { _handle: handle } = socket as unknown as { _handle: object }
  Object.assign(socket, { _handle: null })
  Object.assign(handle, { reading: false })
  socket.destroy()
  return new Socket({ handle, readable: true, writable: true } as SocketConstructorOpts)
}

async function open(port: number, path: string, origin = 'https://game.example'): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, { origin, headers: { 'x-game': 'yes' } })
  clients.push(client)
  await new Promise((resolve, reject) => client.once('open', resolve).once('error', reject))
  return client
}

describe('a socket of a room that another process has', () => {
  test('goes on there, with its request, as if it had been accepted there', async () => {
    const [near, far] = await twoSides()
    const client = await open(near.port, '/there/1?seat=x')
    expect([near.accepted, far.accepted]).toEqual([[], [{ url: '/there/1?seat=x', game: 'yes' }]])
    client.send(Buffer.from('hello'))
    await vi.waitFor(() => expect(far.received).toEqual(['hello']))
  })

  test('brings the bytes that were read behind its request', async () => {
    const [near, far] = await twoSides()
    const client = connect(near.port, '127.0.0.1')
    clients.push(client)
    const mask = Buffer.alloc(4)
    const frame = Buffer.concat([Buffer.of(0x82, 0x80 + 5), mask, Buffer.from('early')])
    const lines = ['GET /there/1 HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket']
    const keys = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', '', '']
    client.write(Buffer.concat([Buffer.from([...lines, ...keys].join('\r\n')), frame]))
    await vi.waitFor(() => expect(far.received).toEqual(['early']))
  })

  test('stays if no other process has the room', async () => {
    const [near, far] = await twoSides()
    await open(near.port, '/here/1')
    expect([near.accepted.length, far.accepted.length]).toEqual([1, 0])
  })

  test('is cut there if the address is blocked there', async () => {
    const [near, far] = await twoSides()
    far.blocks = true
    await expect(open(near.port, '/there/1')).rejects.toThrow()
    expect(far.accepted).toEqual([])
  })

  test('is not handed over if it is refused where it was accepted', async () => {
    const [near, far, handed] = await twoSides()
    await expect(open(near.port, '/there/1', 'https://other.example')).rejects.toThrow('403')
    expect([handed, far.accepted]).toEqual([[], []])
  })

  test('is cut when its listener closes, which waits for that', async () => {
    const [near, far] = await twoSides()
    const client = await open(near.port, '/there/1')
    const closed = new Promise((resolve) => client.once('close', resolve))
    await far.listener.close(0)
    await closed
    expect(client.readyState).toBe(WebSocket.CLOSED)
  })
})

describe('the process of a room', () => {
  /** Rooms of a server with the path `/play`, of which it has `arena/here` itself. */
  function setRooms(giverFor: FakeCluster['giverFor']) {
    const clock = new VirtualClock()
    const cluster = new FakeCluster(1)
    if (giverFor !== undefined) cluster.giverFor = giverFor
    const rooms = new ClusterRooms({
      ...{ cluster, clock, logger: silentLogger, maxSessions: 1, isRoomList: () => false, adopt: () => {} },
      // reason: nothing else of a server is asked
      registry: { rooms: new Map([['arena/here', {}]]) } as unknown as ClusterRoomsOptions['registry'],
      table: {} as ClusterRoomsOptions['table'],
      acting: {} as ClusterRoomsOptions['acting'],
    })
    rooms.path = '/play/'
    return { clock, rooms }
  }
  const give: SocketGiver = () => {}

  test.each(['/play/arena', '/arena/1', '/play/arena/here?seat=1', '/play/arena/1/2', '/play/a.b/1'])(
    'is not looked for if the path is %s',
    (url) => {
      const { rooms } = setRooms(() => expect.unreachable('it was asked for'))
      expect(rooms.giverFor(url)).toBeUndefined()
    },
  )

  test('is looked for by kind and id, if the cluster can hand over', async () => {
    const asked: string[] = []
    const { rooms } = setRooms(async (key) => {
      asked.push(key)
      return give
    })
    expect(await rooms.giverFor('/play/arena/1?seat=x')).toBe(give)
    expect(asked).toEqual(['arena/1'])
    expect(setRooms(undefined).rooms.giverFor('/play/arena/1')).toBeUndefined()
  })

  test('counts as none after 200 ms, or if the engine fails', async () => {
    const { clock, rooms } = setRooms(() => new Promise(() => {}))
    let isOver = false
    const asked = Promise.resolve(rooms.giverFor('/play/arena/1')).then((giver) => {
      isOver = true
      return giver
    })
    clock.advance(199)
    await Promise.resolve()
    expect(isOver).toBe(false)
    clock.advance(1)
    expect(await asked).toBeUndefined()
    const failing = setRooms(() => Promise.reject(new Error('the engine is away')))
    expect(await failing.rooms.giverFor('/play/arena/1')).toBeUndefined()
  })
})
