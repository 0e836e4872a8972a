import { describe, expect, it } from 'vitest'
import { frameMs, freshRecord, presets } from '../../src/run/record.js'
import { Run } from '../../src/run/run.js'
import { exampleNames, load, playByHand, replayed } from '../../src/testing/hands.js'

async function played(name: string, seconds: number, seed = 1): Promise<Run> {
  const run = await Run.start(load(name), freshRecord(seed, 4))
  for (let frame = 0; frame < (seconds * 1000) / frameMs; frame++) await run.step()
  return run
}

/** `npm run long` plays longer. */
const isLong = process.env.LONG === '1'

describe.each(exampleNames)('the example %s', (name) => {
  it('is played by four clients within a second, without a problem', async () => {
    const run = await played(name, 1)
    expect([0, 1, 2, 3].map((client) => run.figures(client).status)).toEqual(Array(4).fill('connected'))
    expect(run.views.every((view) => view !== undefined)).toBe(true)
    expect(run.problems).toEqual([])
  })

  it('goes on by itself, and four clients see it', async () => {
    const run = await played(name, isLong ? 15 : 4)
    expect(run.version).toBeGreaterThan(20)
    expect(run.problems).toEqual([])
    expect(run.record.inputs).toEqual([])
    expect(new Set(run.moments.map(({ version }) => version)).size).toBe(run.moments.length)
  })

  it('is the same run to the last packet when its inputs are played again', async () => {
    const loaded = load(name)
    const seconds = isLong ? 20 : 5
    const run = await playByHand(loaded, 5, seconds)
    expect(run.problems).toEqual([])
    expect(run.record.inputs.length).toBeGreaterThan(seconds)
    expect(await replayed(loaded, run.record)).toBe(run.fingerprint)
  })

  it('is another run with another seed, and when one input is missing', async () => {
    const loaded = load(name)
    const { record, fingerprint } = await playByHand(loaded, 6, isLong ? 4 : 3)
    expect(await replayed(loaded, { ...record, seed: 7 })).not.toBe(fingerprint)
    const place = record.inputs.findIndex(({ kind }) => kind === 'send' || kind === 'show')
    const inputs = record.inputs.filter((_, at) => at !== place)
    expect(await replayed(loaded, { ...record, inputs })).not.toBe(fingerprint)
  })
})

describe('a run', () => {
  it('does not depend on when it is looked at', async () => {
    const loaded = load('tag')
    const { record } = await playByHand(loaded, 9, 5)
    const looked = await Run.start(loaded, record)
    looked.follow(record)
    while (looked.frame < record.frames) {
      await looked.step()
      expect(looked.fingerprint).toHaveLength(16)
      looked.figures(looked.frame % 4)
    }
    expect(looked.fingerprint).toBe(await replayed(loaded, record))
  })

  it('shows what a bad network does: a longer round trip, and the state of before while it is cut', async () => {
    const run = await played('tag', 2)
    const before = run.figures(0).rttMs!
    run.take(0, { kind: 'link', link: { latencyMs: 200, jitterMs: 0, lossPercent: 0 } })
    run.take(1, { kind: 'cut' })
    for (let frame = 0; frame < 400; frame++) await run.step()
    expect(run.figures(0).rttMs).toBeGreaterThan(before + 100)
    expect(run.figures(1)).toMatchObject({ status: 'suspended', isCut: true })
    expect(run.views[1]?.state).not.toEqual(run.views[2]?.state)
    run.take(1, { kind: 'heal' })
    for (let frame = 0; frame < 200; frame++) await run.step()
    expect(run.figures(1)).toMatchObject({ status: 'connected', isCut: false })
    expect(run.problems).toEqual([])
  })

  it('writes down what hands send, and lets a bot go on afterwards', async () => {
    const run = await played('tag', 1)
    run.control(2, { keys: new Set(['ArrowLeft']), presses: [], pointer: undefined, clicks: [] })
    const frame = run.frame
    expect(run.record.inputs).toEqual([
      { frame, client: 2, kind: 'hand' },
      { frame, client: 2, kind: 'send', name: 'steer', data: { dx: -1, dy: 0 }, replace: false },
    ])
    expect(run.figures(2).isBot).toBe(false)
    run.take(2, { kind: 'bot' })
    expect(run.figures(2).isBot).toBe(true)
  })

  it('says why an event was refused', async () => {
    const run = await played('race', 1)
    const guest = [0, 1, 2, 3].find((client) => !run.figures(client).isHost)!
    run.take(guest, { kind: 'hand' })
    run.take(guest, { kind: 'send', name: 'start', data: undefined, replace: false })
    for (let frame = 0; frame < 40; frame++) await run.step()
    expect(run.figures(guest).refusal).toBe('only the host starts')
  })

  it('keeps secrets of a view: no client has the deck or the hand of another one', async () => {
    const run = await played('cards', 12)
    const states = run.views.map((view) => view!.state as { deck: unknown[]; hands: ReadonlyMap<string, unknown> })
    expect((run.state as { deck: unknown[] }).deck.length).toBeGreaterThan(0)
    for (const [client, { deck, hands }] of states.entries()) {
      expect(deck).toEqual([])
      expect([...hands.keys()]).toEqual([run.views[client]!.me])
    }
  })

  it('goes on with other rules, and the record is still that of a run with one set of rules', async () => {
    const loaded = load('tag')
    const run = await Run.start(loaded, freshRecord(3, 2, presets.LAN))
    for (let frame = 0; frame < 60; frame++) await run.step()
    const faster = load('tag')
    expect(run.fits(faster)).toBe(true)
    expect(run.fits(load('race'))).toBe(false)
    run.swap(faster)
    const { version } = run
    for (let frame = 0; frame < 60; frame++) await run.step()
    expect(run.version).toBeGreaterThan(version)
    expect(run.figures(0).status).toBe('connected')
    const { record } = run
    expect(await replayed(faster, record)).toBe(await replayed(loaded, record))
  })
})
