import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'
import { LinkDirection, type LinkStats } from '@tygase/client/internal'
import { createRandom } from '@tygase/gamestate'
import { systemClock } from '@tygase/gamestate/internal'
import type { LinkConditions } from '@tygase/testkit'
import { answerParent } from '../../net/answer-parent.js'
import type { FeelProxyQuestions } from './questions.js'

/** The streams of random numbers of a connection's two directions. */
const streams = { up: 0, down: 1 }

const bytes = { up: 0, down: 0 }

answerParent<FeelProxyQuestions>({
  bytes() {
    const counted = { ...bytes }
    Object.assign(bytes, { up: 0, down: 0 })
    return counted
  },
  forward({ port, link, seed }) {
    let connections = 0
    const server = createServer((client) => {
      const upstream = createConnection(port, 'localhost')
      const connection = connections++
      client.on('data', ({ length }) => {
        bytes.up += length
      })
      upstream.on('data', ({ length }) => {
        bytes.down += length
      })
      carry(client, upstream, link, createRandom(seed, streams.up, connection))
      carry(upstream, client, link, createRandom(seed, streams.down, connection))
    })
    return new Promise((resolve) => {
      server.listen(0, 'localhost', () => resolve({ port: (server.address() as AddressInfo).port }))
    })
  },
})

/** Carries bytes from one socket to the other with the delays of a link, as TCP would over that network. */
function carry(from: Socket, to: Socket, conditions: LinkConditions, random: () => number): void {
  const stats: LinkStats = { sent: 0, delivered: 0, lost: 0, duplicated: 0, reordered: 0, bytes: 0 }
  const deliver = (bytes: Uint8Array): void => void (to.writable && to.write(bytes))
  const direction = new LinkDirection({ clock: systemClock, random, conditions, reliable: true, stats, deliver })
  from.setNoDelay(true)
  from.on('data', (bytes) => direction.send(bytes))
  from.on('end', () => direction.end(() => to.end()))
  from.on('error', () => to.destroy())
}
