import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ArenaPage, frames, movedAfterPress, openArena, setSlider, versionOf } from './arena-page.js'
import { launchBrowser } from './launch.js'
import { type Program, startDemo } from './program.js'

/** One way. An answer of the server takes twice as long. */
const latencyMs = 300
const presses = 3

let browser: Browser
let quiet: Program
let eve: ArenaPage

// without bots: a disc that is shot moves elsewhere
beforeAll(async () => {
  browser = await launchBrowser()
  const started = await startDemo({ BOTS: '0' }, 'arena')
  quiet = started.program
  eve = await openArena(browser, `${started.url}/?name=Eve`, { width: 900, height: 600 })
})

afterAll(async () => {
  await browser?.close()
  await quiet?.end()
})

describe('the page of the arena over a bad network, which it can make itself,', () => {
  it(`a press is seen long before an answer could be there`, async () => {
    await setSlider(eve, 'latency', latencyMs)
    await eve.page.bringToFront()
    await eve.page.waitForFunction((ms) => (window.tygaseArena.connection.rttMs ?? 0) > 1.5 * ms, latencyMs)
    const times: number[] = []
    for (let press = 0; press < presses; press++) times.push(await movedAfterPress(eve))
    times.sort((a, b) => a - b)
    // the median: a single late picture is the fault of the machine
    expect(times[Math.floor(presses / 2)], `of ${times.map(Math.round).join(', ')} ms`).toBeLessThan(latencyMs)
  })

  it('and without prediction only after the answer', async () => {
    await eve.page.click('#network summary')
    await eve.page.click('#predict')
    await eve.page.waitForFunction(() => window.tygaseArena.connection?.feel.aheadTicks === 0)
    const times: number[] = []
    for (let press = 0; press < presses; press++) times.push(await movedAfterPress(eve))
    times.sort((a, b) => a - b)
    // the median: on a machine that stands still a press of the test before may be on its way for longer than one waits
    expect(times[Math.floor(presses / 2)], `of ${times.map(Math.round).join(', ')} ms`).toBeGreaterThan(2 * latencyMs)
    await eve.page.click('#predict')
  })

  it('a cut cable stops the game, and it goes on when the cable is back', async () => {
    await setSlider(eve, 'latency', 0)
    await eve.page.waitForFunction(() => window.tygaseArena.connection !== undefined)
    await eve.page.click('#cut')
    // few pictures: a busy machine takes a second for each, and the session waits 30 s
    await frames(eve, 3)
    const version = await versionOf(eve)
    await frames(eve, 12)
    expect(await versionOf(eve)).toBe(version)
    await eve.page.click('#cut')
    await eve.page.waitForFunction(
      (old) => window.tygaseArena.connection.state !== undefined && window.tygaseArena.connection.version > old,
      version,
    )
  })

  it('has no errors in its console', () => {
    expect(eve.errors).toEqual([])
  })
})
