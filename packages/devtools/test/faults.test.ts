import type { Connection } from '@tygase/client'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Pen } from '../src/drawing.js'
import { Corrections } from '../src/probes/corrections.js'
import { EventLog } from '../src/probes/event-log.js'
import { Figures } from '../src/probes/figures.js'
import { type TapListener, tapped } from '../src/probes/link-tap.js'
import { Probe } from '../src/probes/probe.js'
import { VersionRing } from '../src/probes/version-ring.js'
import { type discs, play, predicted } from './stage.js'

afterEach(() => vi.restoreAllMocks())

const broken = (): never => {
  throw new Error('a fault of the devtools')
}

/** What a page sees of a short game, in which events are sent, received and refused. */
async function played(): Promise<unknown[]> {
  const { simulation } = await play(predicted())
  const [ada, bob] = simulation.clients.map(({ connection }) => connection) as [
    Connection<typeof discs>,
    Connection<typeof discs>,
  ]
  const seen: unknown[] = []
  ada.onStatus((status) => seen.push(status))
  const off = ada.registerEventHandler('thrown', ({ id }) => void seen.push(id === bob.clientId))
  ada.dispatchEvent('run', { vx: 10 }, { onAck: () => void seen.push('acked') })
  ada.dispatchEvent('run', { vx: 5000 }, { onFail: ({ refusal }) => void seen.push(refusal?.code) })
  const refused = ada.request('run', { vx: 6000 }).catch(({ code }) => seen.push(code))
  bob.dispatchEvent('throwAll')
  await simulation.step(2000)
  await simulation.complete(refused)
  off()
  expect(() => ada.dispatchEvent('run', { vx: 1 }, { whenRefused: 5 } as never)).toThrow('whenRefused')
  expect(() => ada.registerEventHandler('thrown', 5 as never)).toThrow('handler')
  await simulation.step(1000)
  seen.push(ada.version > 20, ada.predicted.discs.get(ada.clientId)!.x.toFixed(0), ada.state.discs.size)
  await simulation.end()
  return seen
}

describe('a fault of the devtools', () => {
  test.each<[string, () => unknown]>([
    ['of the clock', () => vi.spyOn(Probe.prototype, 'nowMs', 'get').mockImplementation(broken)],
    ['of the readings', () => vi.spyOn(Probe.prototype, 'look').mockImplementation(broken)],
    ['of the figures', () => vi.spyOn(Figures.prototype, 'add').mockImplementation(broken)],
    ['of the times of versions', () => vi.spyOn(Figures.prototype, 'noteVersion').mockImplementation(broken)],
    ['of the versions', () => vi.spyOn(VersionRing.prototype, 'add').mockImplementation(broken)],
    ['of the newest version', () => vi.spyOn(VersionRing.prototype, 'newest', 'get').mockImplementation(broken)],
    ['of the log of happenings', () => vi.spyOn(EventLog.prototype, 'add').mockImplementation(broken)],
    ['of the log of sent events', () => vi.spyOn(EventLog.prototype, 'addSent').mockImplementation(broken)],
    ['of a copy', () => vi.spyOn(globalThis, 'structuredClone').mockImplementation(broken)],
    ['of the corrections', () => vi.spyOn(Corrections.prototype, 'compare').mockImplementation(broken)],
    ['of the watch over the prediction', () => vi.spyOn(Corrections.prototype, 'watch').mockImplementation(broken)],
  ])('%s changes nothing for the game', async (_, breakIt) => {
    const expected = await played()
    const fault = breakIt()
    expect(await played()).toEqual(expected)
    expect(fault).toHaveBeenCalled()
  })

  test('leaves a request with data that no event can carry a rejection, and nothing else', async () => {
    const scene = await play()
    const { connection } = scene.simulation.clients[0]!
    const request = connection.request as (name: string, data: unknown) => Promise<unknown>
    await expect(request('run', { f() {} })).rejects.toMatchObject({ code: expect.any(String) })
    await scene.simulation.end()
  })

  test('at a packet goes no further than the tap', async () => {
    const inner = { reliable: true, bufferedBytes: 0, onBytes: undefined, onClose: undefined, send() {}, close() {} }
    const run = vi.fn((work: () => unknown) => {
      try {
        work()
      } catch {}
    })
    const listener: TapListener = { run, onReceived: broken, onTaken: broken }
    const transport = await tapped({ open: () => inner as never, path: '/' }, listener).open(
      new AbortController().signal,
    )
    const onBytes = vi.fn()
    transport.onBytes = onBytes
    ;(inner as unknown as { onBytes(bytes: Uint8Array): void }).onBytes(new Uint8Array([1]))
    expect([onBytes.mock.calls.length, run.mock.calls.length]).toEqual([1, 2])
  })

  test('before the prediction takes a version does not keep it from taking it', () => {
    const confirmed = vi.fn()
    const running = { confirmed, chain: {}, ownPlace: broken }
    const faults: unknown[] = []
    new Corrections().watch(
      running as never,
      () => ({ atMs: 0, version: 1 }),
      (work) => {
        try {
          work()
        } catch (error) {
          faults.push(error)
        }
      },
    )
    running.confirmed()
    expect(confirmed).toHaveBeenCalledTimes(1)
    expect(faults).toHaveLength(1)
  })

  test('while it draws over a frame does not keep the game from drawing the next one, nor its pen', async () => {
    const scene = await play(predicted(), 100)
    const { connection } = scene.simulation.clients[0]!
    connection.dispatchEvent('run', { vx: 300 })
    await scene.simulation.step(1000)
    const pen = { getTransform: () => ({ a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 }), save: vi.fn(), restore: vi.fn() }
    Object.assign(pen, { setTransform() {} })
    scene.registry.switches.isOpen = true
    const placeOf = vi.fn(broken)
    scene.registry.draw(pen as unknown as Pen, placeOf, connection)
    expect(placeOf).toHaveBeenCalledTimes(1)
    expect([pen.save.mock.calls.length, pen.restore.mock.calls.length]).toEqual([1, 1])
    await scene.simulation.end()
  })
})
