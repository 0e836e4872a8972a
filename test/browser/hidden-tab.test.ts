import { defineGame } from '@tygase/gamestate'
import { Server } from '@tygase/server'
import { build } from 'esbuild'
import { describe, it } from 'vitest'
import { root } from '../architecture/repository.js'
import { HideableTab } from './hidden-tab.js'

/** Far below the usual ones, so that the test is short, and above what a busy machine may hold up a page. */
const limits = { idleTimeoutMs: 6000, keepAliveMs: 500 }
/** The tab is hidden for so long without a run of its timers. */
const hiddenMs = 3 * limits.idleTimeoutMs
const timeoutMs = 120_000

const script = `
  import { connect } from '@tygase/client'
  const page = { runs: 0, lastRunAt: 0, statuses: [], connection: undefined }
  window.page = page
  connect('ws://' + location.host + '/').then((connection) => {
    page.connection = connection
    connection.onStatus((status, info) => page.statuses.push([status, info?.code]))
    setInterval(() => {
      page.runs++
      page.lastRunAt = performance.now()
      connection.dispatchEvent('ping')
    }, 100)
  })
`

/** A server with a page that sends events from an interval. @param isBusy every tick makes a version */
async function open(isBusy: boolean, onTestFinished: (end: () => Promise<void>) => void) {
  const options = { stdin: { contents: script, resolveDir: `${root}/test` }, bundle: true, write: false as const }
  const { outputFiles } = await build({ ...options, conditions: ['@tygase/source', 'browser'], format: 'esm' })
  const html = `<!doctype html><title>game</title><script type="module">${outputFiles[0]!.text}</script>`
  const game = defineGame({
    initialState: () => ({ ticks: 0, pings: 0 }),
    timeStep: (state) => void (isBusy && state.ticks++),
    events: (on) => ({ ping: on((state) => void state.pings++) }),
  })
  const server = new Server({ game, limits })
  let suspended = 0
  server.room.onSuspend(() => suspended++)
  await server.run({
    requestListener: (_request, response) =>
      void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html),
  })
  onTestFinished(() => server.shutdown({ endSessions: true }))
  const tab = await HideableTab.open(`http://localhost:${server.port}/`)
  onTestFinished(() => tab.close())
  return { server, tab, suspended: () => suspended }
}

describe('a hidden tab', () => {
  // both at once: nothing is timed, and they wait for most of their time
  it.concurrent.for([
    ['that gets versions all the time', true],
    ['that gets nothing but signs of life', false],
  ] as const)(
    '%s stays connected while the browser holds its timers back, and its events arrive',
    async ([_, isBusy], { expect, onTestFinished }) => {
      const { server, tab, suspended } = await open(isBusy, onTestFinished)
      const poll = (expression: string) => expect.poll(() => tab.evaluate(expression), { timeout: timeoutMs })
      await poll('page.runs > 5').toBe(true)
      await tab.hide()
      await poll('document.visibilityState').toBe('hidden')
      await poll(`performance.now() - page.lastRunAt > ${hiddenMs}`).toBe(true)
      expect(await tab.evaluate('page.statuses')).toEqual([])
      expect(suspended()).toBe(0)
      expect(await tab.evaluate('page.runs')).toBe(server.store.state.pings)
    },
  )
})
