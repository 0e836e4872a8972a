import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DelayingProxy } from './delaying-proxy.js'
import { HideableTab } from './hidden-tab.js'
import { type Program, startDemo } from './program.js'

const link = { latencyMs: 50, jitterMs: 15, loss: 0, duplicate: 0, reorder: 0 }
const presses = 5
const hiddenMs = 6000
/** Of *it*, the fastest disc, in units a second. */
const topSpeed = 365
/** For a busy machine: usually no step waits so long. */
const slowMs = 120_000
/** Longest time between two pictures of a machine that keeps up. */
const maxPictureMs = 50

/** One picture of the page: the time of its scene, where the own disc is drawn, and where the newest version has it. */
type Frame = [atMs: number, drawnX: number, drawnY: number, confirmedX: number]

const startLog = `(() => {
  const log = window.feelLog = { frames: [], pressedAtMs: undefined }
  addEventListener('keydown', (event) => { if (!event.repeat) log.pressedAtMs = event.timeStamp }, true)
  const { connection } = window.tygaseDemo
  const { scene } = connection
  let drawnAtMs
  connection.scene = () => {
    drawnAtMs = performance.now()
    return scene()
  }
  const look = () => {
    const { discs } = window.tygaseDemo
    const own = discs.find(({ clientId }) => clientId === connection.clientId)
    const row = connection.state.players.get(connection.clientId)
    if (own && row) log.frames.push([drawnAtMs, own.x, own.y, row.x])
    requestAnimationFrame(look)
  }
  look()
})()`

let server: Program
let proxy: DelayingProxy
let tab: HideableTab

beforeAll(async () => {
  const { program, url } = await startDemo({ BOTS: '3' })
  server = program
  proxy = await DelayingProxy.to(Number(new URL(url).port), link)
  tab = await HideableTab.open(`http://localhost:${proxy.port}/?name=Ada`)
  const hasJoined = 'window.tygaseDemo?.connection?.state.players.has(window.tygaseDemo.connection.clientId)'
  await untilTrue(hasJoined)
  await tab.evaluate(startLog)
  // until then the round-trip time is an estimate
  await press()
})

afterAll(async () => {
  await tab?.close()
  proxy?.close()
  await server?.end()
})

/** Waits until an expression is true in the page, looking after each picture. */
async function untilTrue(expression: string): Promise<void> {
  const look = `const look = () => ((${expression}) ? resolve(true) : requestAnimationFrame(look))`
  // while the page is loaded the promise goes with the page before it
  while ((await tab.evaluate(`new Promise((resolve) => { ${look}; look() })`)) !== true);
}

const poll = (expression: string) => expect.poll(() => tab.evaluate(expression), { timeout: slowMs })

const evaluate = async <Value>(expression: string): Promise<Value> => (await tab.evaluate(expression)) as Value

function key(type: 'rawKeyDown' | 'keyUp', code: 'KeyA' | 'KeyD'): Promise<unknown> {
  const letter = code.slice(-1)
  const params = { type, code, key: letter.toLowerCase(), windowsVirtualKeyCode: letter.charCodeAt(0) }
  return tab.call('Input.dispatchKeyEvent', params)
}

interface Press {
  /** Pictures from the press to the first one in which the own disc has moved, that one included. */
  readonly pictures: number
  /** From the press until the newest version had the movement. */
  readonly confirmedMs: number
  /** Whether the machine was too busy: an event came after its tick, the server dropped ticks, or pictures came too seldom. */
  readonly wasHeldUp: boolean
  readonly frames: readonly Frame[]
}

/** How often something of the page or of the server did not come in time. */
async function failuresInTime(): Promise<number> {
  const lateEvents = await evaluate<number>('window.tygaseDemo.connection.feel.lateEvents')
  return lateEvents + server.output.split('ticks were dropped').length
}

/** Holds a key until the server has the movement. The own disc stands before and after it. */
async function press(): Promise<Press> {
  const stands = `(() => {
    const { connection, discs } = window.tygaseDemo
    const row = connection.state.players.get(connection.clientId)
    const own = discs.find(({ clientId }) => clientId === connection.clientId)
    return row.vx === 0 && row.vy === 0 && Math.hypot(own.x - row.x, own.y - row.y) < 0.3
  })()`
  await untilTrue(stands)
  const lateBefore = await failuresInTime()
  const x = await evaluate<number>(
    '(window.feelLog.frames.length = 0, window.tygaseDemo.discs.find(({ clientId }) => clientId === window.tygaseDemo.connection.clientId).x)',
  )
  // away from the nearer wall
  const code = x < 800 ? 'KeyD' : 'KeyA'
  await key('rawKeyDown', code)
  await untilTrue(`window.feelLog.frames.some(([, , , confirmed]) => Math.abs(confirmed - ${x}) > 30)`)
  await key('keyUp', code)
  await untilTrue(stands)
  const { frames, pressedAtMs } = await evaluate<{ frames: Frame[]; pressedAtMs: number }>('window.feelLog')
  const isSeldom = frames.some(([atMs], index) => index > 0 && atMs - frames[index - 1]![0] > maxPictureMs)
  const wasHeldUp = isSeldom || (await failuresInTime()) > lateBefore
  const after = frames.filter(([atMs]) => atMs >= pressedAtMs)
  const confirmed = after.find(([, , , at]) => Math.abs(at - x) > 0.3)!
  const pictures = after.findIndex(([, drawn]) => Math.abs(drawn - x) > 0.3) + 1
  return { pictures, confirmedMs: confirmed[0] - pressedAtMs, wasHeldUp, frames: after }
}

/** The ways between two pictures that are too long for a run, in units beyond it. */
function snapsIn(frames: readonly Frame[]): number[] {
  return frames.slice(1).flatMap(([atMs, x, y], index) => {
    const [beforeMs, beforeX, beforeY] = frames[index]!
    const tooFar = Math.hypot(x - beforeX, y - beforeY) - (topSpeed * (atMs - beforeMs)) / 1000
    return tooFar > 8 ? [tooFar] : []
  })
}

async function expectFeel(): Promise<void> {
  const pictures: number[] = []
  let withSnaps = 0
  let heldUp = 0
  for (let count = 0; count < presses; count++) {
    const made = await press()
    expect(made.confirmedMs).toBeGreaterThan(2 * link.latencyMs)
    pictures.push(made.pictures)
    if (made.wasHeldUp) heldUp++
    else if (snapsIn(made.frames).length > 0) withSnaps++
  }
  pictures.sort((a, b) => a - b)
  // a press may come while a picture is made: then the next one shows it
  expect(pictures[Math.floor(presses / 2)], `of ${pictures}`).toBeLessThanOrEqual(2)
  // without a real machine between them, laws and bars in virtual time bound each single snap
  expect(withSnaps, `of ${presses - heldUp} presses in time`).toBeLessThanOrEqual(1)
  if (heldUp > 0) console.log(`note: the machine was too busy to tell snaps in ${heldUp} of ${presses} presses`)
}

describe('the page of the demo over a network of 50 to 65 ms each way', () => {
  it('shows own presses in the next picture, long before the server has them, and without snaps', expectFeel, slowMs)

  it(
    'stays connected while it is hidden, and goes on as before',
    async () => {
      await tab.hide()
      await poll('document.visibilityState').toBe('hidden')
      const hiddenAtMs = await evaluate<number>('performance.now()')
      await poll(`performance.now() - ${hiddenAtMs} > ${hiddenMs}`).toBe(true)
      await tab.show()
      await poll('document.visibilityState').toBe('visible')
      expect(await tab.evaluate('window.tygaseDemo.connection.status')).toBe('connected')
      await expectFeel()
      // it has not taken the time in hiding for that of the link
      expect(await tab.evaluate('window.tygaseDemo.connection.feel.delayMs')).toBeLessThan(hiddenMs / 4)
    },
    slowMs * 2,
  )

  it(
    'shows own presses as soon on a processor that is four times slower',
    async () => {
      await tab.call('Emulation.setCPUThrottlingRate', { rate: 4 })
      await expectFeel()
      expect(await tab.evaluate('window.tygaseDemo.connection.status')).toBe('connected')
    },
    slowMs * 2,
  )
})
