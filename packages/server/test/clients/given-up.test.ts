import { connect } from '@tygase/client'
import { describe, expect, test } from 'vitest'
import { passTime, setRoomStage } from '../support/stage.js'

describe('a client that gives up connecting', () => {
  // 10 ms one way: its hello is under way, the welcome is, it waits for its join, and it may have joined
  test.each([5, 15, 25, 45, 51, 53, 55, 57, 59, 61, 63, 65])('after %i ms leaves no session behind', async (ms) => {
    const { server, clock, dial } = await setRoomStage()
    const gone = new AbortController()
    const address = { path: '/field/a', openTransport: () => dial().ends[0] }
    const over = connect(address, { clock, signal: gone.signal, logger: false }).then(
      (connection) => connection.disconnect(),
      () => {},
    )
    await passTime(clock, ms)
    gone.abort()
    await passTime(clock, 500)
    await over
    expect(server.stats.sessions).toBe(0)
  })
})
