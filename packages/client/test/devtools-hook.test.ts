import { afterEach, describe, expect, test } from 'vitest'
import type { Connection } from '../src/index.js'
import type { ConnectSettings, DevtoolsHook } from '../src/internal.js'
import { simulateLink } from '../src/link/simulate-link.js'
import { setStage, turnOf } from './support/stage.js'

const page = globalThis as { tygaseHook?: DevtoolsHook }

afterEach(() => {
  delete page.tygaseHook
})

describe('the hook for devtools', () => {
  test('gets each new connection with its settings, before that has done anything', async () => {
    const { clock, server, dial } = setStage()
    const seen: [Connection, ConnectSettings, isConnected: boolean][] = []
    page.tygaseHook = (connection, settings) => void seen.push([connection, settings, server.session !== undefined])
    const connecting = dial({ maxVersions: 5 })
    await turnOf(clock)
    clock.advance(1000)
    const connection = await connecting
    expect(seen.map(([made, { maxVersions }, isConnected]) => [made === connection, maxVersions, isConnected])).toEqual(
      [[true, 5, false]],
    )
  })

  test('may put a link between the connection and its server, on top of the one of the page', async () => {
    const { clock, dial } = setStage()
    const [own, added] = [simulateLink({ latencyMs: 20 }), simulateLink({ latencyMs: 30 })]
    page.tygaseHook = (_, settings) => {
      const { link } = settings
      const both = { over: (...way: Parameters<typeof own.over>) => added.over(link!.over(...way), way[1]) }
      Object.assign(settings, { link: both })
    }
    const connecting = dial({ link: own })
    for (let turn = 0; turn < 300; turn++) {
      clock.advance(10)
      await turnOf(clock)
    }
    const { rttMs } = await connecting
    // 10 ms each way of the network below
    expect(rttMs).toBeGreaterThanOrEqual(120)
    expect(rttMs).toBeLessThan(125)
    expect(own.stats.sent).toBe(added.stats.sent)
  })
})
