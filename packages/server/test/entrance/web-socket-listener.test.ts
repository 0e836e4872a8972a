import { connect } from 'node:net'
import { silentLogger } from '@tygase/gamestate/internal'
import { VirtualClock } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import type { ListenerDoor } from '../../src/entrance/listener.js'
import { WebSocketListener } from '../../src/entrance/web-socket-listener.js'

test.each([
  ['of TLS', {}, true],
  ['without encryption', undefined, false],
])(
  'a connection %s is charged as one, and cut before it is read if the door says so',
  async (_name, tls, isEncrypted) => {
    const charged: unknown[] = []
    const door: ListenerDoor = {
      clock: new VirtualClock(),
      logger: silentLogger,
      ...{ maxPacketBytes: 1024, handshakeTimeoutMs: 1000, drainMs: 0 },
      addPending: () => () => {},
      isBlocked: () => false,
      mayConnect: (address, host, ...more) => charged.push([address.host, host, ...more]) === 0,
      openBudget: () => expect.unreachable('it was cut'),
      refused: () => {},
      accept: () => {},
    }
    const listener = new WebSocketListener({ port: 0, hostname: '127.0.0.1', tls })
    const { port = 0 } = await listener.listen(door)
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    await new Promise((resolve) => socket.once('close', resolve))
    expect(charged).toEqual([['127.0.0.1', '127.0.0.1', isEncrypted]])
    await listener.close(0)
  },
)
