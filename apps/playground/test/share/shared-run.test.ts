import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { LinkError, pack, unpack, Writer } from '../../src/share/bytes.js'
import {
  type ExampleSources,
  type FindExample,
  readLink,
  type SharedRun,
  writeLink,
} from '../../src/share/shared-run.js'
import { exampleNames, examples, load, playByHand } from '../../src/testing/hands.js'

const all: FindExample = (name) => examples[name] && { name, ...examples[name].sources }
const example: ExampleSources = { name: 'tag', ...examples.tag!.sources }

function sharedRun(change: Partial<SharedRun> = {}): SharedRun {
  return {
    example: 'tag',
    sources: { game: example.game, play: example.play },
    isEdited: false,
    record: {
      seed: 4_000_000_000,
      links: [
        { latencyMs: 10, jitterMs: 20, lossPercent: 1 },
        { latencyMs: 400, jitterMs: 200, lossPercent: 30 },
      ],
      frames: 500,
      inputs: [
        { frame: 0, client: 0, kind: 'hand' },
        { frame: 3, client: 1, kind: 'send', name: 'steer', data: { dx: 0.25, dy: -1 }, replace: false },
        { frame: 3, client: 0, kind: 'send', name: 'steer', data: { dx: 0.25, dy: -1 }, replace: true },
        { frame: 90, client: 1, kind: 'send', name: 'start', data: undefined, replace: false },
        { frame: 90, client: 0, kind: 'link', link: { latencyMs: 1, jitterMs: 2, lossPercent: 3 } },
        { frame: 100, client: 0, kind: 'show', presence: { x: 10, draft: 'hel' } },
        { frame: 499, client: 1, kind: 'cut' },
      ],
    },
    fingerprint: '0123456789abcdef',
    library: '0.1.0',
    ...change,
  }
}

/** The fragment of bytes that some other program has written. */
async function fragmentOf(write: (writer: Writer) => void): Promise<string> {
  const writer = new Writer()
  write(writer)
  return `run=${await pack(writer.finish())}`
}

describe('a link', () => {
  it('carries a whole run', async () => {
    expect(await readLink(await writeLink(sharedRun(), example), all)).toEqual(sharedRun())
  })

  it('carries edited sources as their difference to the example', async () => {
    const sources = {
      game: example.game.replace('const speed = 430', 'const speed = 900'),
      play: `// ⚡\n${example.play}`,
    }
    const run = sharedRun({ sources, isEdited: true })
    const link = await writeLink(run, example)
    expect(await readLink(`#${link}`, all)).toEqual(run)
    expect(link.length - (await writeLink(sharedRun(), example)).length).toBeLessThan(60)
  })

  it('carries sources that have nothing of an example', async () => {
    const run = sharedRun({ sources: { game: 'x', play: '' }, isEdited: true })
    expect(await readLink(await writeLink(run, example), all)).toEqual(run)
  })

  // the shooter has the longest ones; `npm run long` plays them whole
  const [names, seconds, mostLetters] = process.env.LONG === '1' ? [exampleNames, 30, 2000] : [['shooter'], 12, 1000]
  it.each(names)(`of ${seconds} seconds of %s by two people has at most ${mostLetters} letters`, async (name) => {
    const { record, fingerprint } = await playByHand(load(name), 11, seconds)
    const { sources } = examples[name]!
    const run = { ...sharedRun(), example: name, sources, record, fingerprint }
    const link = await writeLink(run, { name, ...sources })
    console.log(`note: a link of ${name}: ${link.length} letters, ${record.inputs.length} inputs`)
    expect(link.length).toBeLessThanOrEqual(mostLetters)
    expect((await readLink(link, all)).record).toEqual(record)
  })
})

describe('a link that cannot be opened', () => {
  it.each([
    ['nothing', ''],
    ['another fragment', 'tag'],
    ['no packed bytes', 'run='],
    ['letters that are none of base64url', 'run=%%%'],
    ['bytes that were not deflated', 'run=AAAA'],
  ])('says so: %s', async (_, fragment) => {
    await expect(readLink(fragment, all)).rejects.toThrow(LinkError)
  })

  it('is refused at each place where it may be cut off', async () => {
    const link = await writeLink(sharedRun(), example)
    for (let length = 0; length < link.length; length++) {
      await expect(readLink(link.slice(0, length), all)).rejects.toThrow(LinkError)
    }
  })

  it('is refused with bytes after its end', async () => {
    const bytes = await unpack((await writeLink(sharedRun(), example)).slice(4), 1e6)
    await expect(readLink(`run=${await pack(Uint8Array.from([...bytes, 0]))}`, all)).rejects.toThrow('damaged')
  })

  it('never becomes more than its bounds allow: a bomb of a gigabyte is not unpacked', async () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 }).toString('base64url')
    await expect(readLink(`run=${bomb}`, all)).rejects.toThrow('unpacks to more')
    await expect(readLink(`run=${'A'.repeat(300_000)}`, all)).rejects.toThrow('longer')
  })

  it('of another format, another example and another text of an example says which', async () => {
    await expect(readLink(await fragmentOf((writer) => writer.number(99)), all)).rejects.toThrow('another version')
    const link = await writeLink(sharedRun(), example)
    await expect(readLink(link, () => undefined)).rejects.toThrow('does not have')
    await expect(readLink(link, () => ({ ...example, game: `${example.game}\n` }))).rejects.toThrow('has changed')
  })

  it('with a value out of range is refused, whichever it is', async () => {
    const { record } = sharedRun()
    const wrong: Partial<SharedRun['record']>[] = [
      { seed: 2 ** 32 },
      { frames: 40_000 },
      { links: [] },
      { links: [{ latencyMs: 401, jitterMs: 0, lossPercent: 0 }] },
      { links: [{ latencyMs: 0, jitterMs: 0, lossPercent: 31 }] },
      { inputs: [{ frame: 500, client: 0, kind: 'cut' }] },
      { inputs: [{ frame: 1, client: 3, kind: 'cut' }] },
    ]
    for (const part of wrong) {
      const link = await writeLink(sharedRun({ record: { ...record, ...part } }), example)
      await expect(readLink(link, all), JSON.stringify(part)).rejects.toThrow('damaged')
    }
    const printless = await writeLink(sharedRun({ fingerprint: 'no number' }), example)
    await expect(readLink(printless, all)).rejects.toThrow('damaged')
  })

  it('made of random bytes is refused', async () => {
    let state = 1
    const next = (): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return state >>> 24
    }
    for (let round = 0; round < 300; round++) {
      const bytes = Uint8Array.from({ length: round }, next)
      await expect(readLink(`run=${await pack(bytes)}`, all)).rejects.toThrow(LinkError)
    }
  })
})
