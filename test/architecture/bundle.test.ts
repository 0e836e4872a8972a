import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { type BuildOptions, build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { isLong } from '../support/effort.js'
import { splitters } from './bundlers.js'
import { root } from './repository.js'

/** The oldest browsers that `docs` promise: from autumn 2021, Safari from spring 2022. */
const oldestBrowsers = ['chrome94', 'edge94', 'firefox93', 'safari15.4']

/**
 * The most that a page with `connect` may load at first, by bundler, minified and with gzip, in bytes. 0.2 kB let a page be the client that
 * it was before it was loaded again, and go on at another address. 50 bytes let it have a transport ready. Numbers that stand in files
 * without an import take 0.1 kB less: esbuild puts them where they are used. 0.1 kB let a server send it on to the one of its room; shorter texts, and message rows that leave
 * their defaults out, give them back, and 20 bytes by which a server counts which of its events are acked.
 */
const maxConnectBytes: Readonly<Record<string, number>> = { esbuild: 30_000, vite: 29_880, webpack: 31_240 }

/**
 * The most that the readers of maps and of changed arrays may add, with gzip, in bytes, and the part that finds out which client a
 * page was before it was loaded again, with 920. Readers of arrays take 0.7 kB. 2.1 kB of maps are
 * columns: a delta is read in a third of the time. 60 bytes are Rice codes in a loop of their own: `physics` takes 0.8 of the time.
 * 110 let tables share what they hold of shapes: a version of 1,000 rows takes 110 KB in place of 146, and rooms share their code.
 * 20 keep the page in one file by esbuild: see `maps-part.ts` of the client. 1,050 answer whether the replica is right,
 * 220 open a transport to the process that goes on with the room, and 670 follow the room to another server: in one file with the two before, which a page has before it needs them.
 */
const maxLaterBytes = 11_240 + 950 + 1050 + 220 + 670

/**
 * What prediction may add to a page that has the rules of its game, by Vite. To run them takes 6 kB of it: 1.7 kB more than when each
 * rule had a transaction of its own and each part a proxy, which took several times as long. 0.7 kB let the
 * lead follow how early own events come, and expect late ones in their tick. 30 bytes find at once what a silence has lost. The
 * last 40 keep the lead short over datagrams where players push each other.
 */
const maxPredictBytes = 14_290
/** All of such a page by esbuild, which makes two files of it: 0.7 kB more than one file would have. */
const maxPredictedPageBytes = 63_430

/** The most that the hooks of React may take with gzip, beside the client and React itself. */
const maxReactBytes = 2_300

/** Methods that the oldest browsers do not have, and the one file that may call them, since it has a way without. */
const newerMethods = new Map<string, string | undefined>([
  ...['toSorted', 'toReversed', 'toSpliced', 'findLast', 'findLastIndex', 'fromAsync', 'groupBy'].map(nowhere),
  ...['withResolvers', 'structuredClone', 'randomUUID', 'throwIfAborted', 'canParse', 'toWellFormed'].map(nowhere),
  ...['isSubsetOf', 'isDisjointFrom', 'symmetricDifference', 'getOrInsert', 'Promise.try', 'Float16Array'].map(nowhere),
  ...['AbortSignal.any', 'AbortSignal.timeout', 'Iterator.from', 'CompressionStream'].map(nowhere),
  ['isWellFormed', 'packages/gamestate/src/bytes/bytes.ts'],
])

function nowhere(name: string): [string, undefined] {
  return [name, undefined]
}

async function bundle(
  contents: string,
  target: string | string[],
  condition = 'browser',
  external: readonly string[] = [],
) {
  const options: BuildOptions & { write: false; metafile: true } = {
    stdin: { contents, resolveDir: `${root}/test` },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
    format: 'esm',
    target,
    external: [...external],
    // an import of something built into Node is an error
    platform: 'neutral',
    mainFields: ['browser', 'module', 'main'],
    conditions: ['@tygase/source', condition],
  }
  const { outputFiles, metafile, warnings } = await build(options)
  const output = Object.values(metafile.outputs)[0]!
  const inputs = Object.keys(output.inputs).filter((input) => output.inputs[input]!.bytesInOutput > 0)
  return {
    file: outputFiles[0]!,
    output,
    inputs,
    warnings,
  }
}

function* sourcesOf(name: string): Generator<string> {
  for (const entry of readdirSync(`${root}/packages/${name}/src`, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) yield `${entry.parentPath}/${entry.name}`
  }
}

describe('@tygase/client in browsers', () => {
  it('is a bundle without anything of Node in it', async () => {
    const { file, output, inputs, warnings } = await bundle("export * from '@tygase/client'", oldestBrowsers)
    expect(warnings).toEqual([])
    expect(output.imports).toEqual([])
    expect(output.exports).toContain('connect')
    expect(inputs.filter((input) => /node_modules\/(?:ws|immer)\/|web-socket\/node\.ts/.test(input))).toEqual([])
    expect(inputs).toContain('packages/client/src/web-socket/browser.ts')
    expect(file.text).not.toContain('node:')
  })

  it('is one with the condition of React Native, too', async () => {
    const { output, inputs } = await bundle("export * from '@tygase/client'", oldestBrowsers, 'react-native')
    expect(output.imports).toEqual([])
    expect(inputs).toContain('packages/client/src/web-socket/browser.ts')
  })

  // webpack takes as long as all others together
  it.each(Object.entries(splitters).filter(([name]) => isLong || name !== 'webpack'))(
    'loads at first by %s what is needed to connect, within the bound, and the readers of maps and of changed arrays later',
    async (name, split) => {
      const { first, later, firstSources = [] } = await split('connect')
      const inKb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`
      console.log(
        `note: connect by ${name}: at first ${inKb(first)}, with a map and a changed array ${inKb(later)} more (gzip)`,
      )
      expect(first).toBeLessThanOrEqual(maxConnectBytes[name]!)
      expect(later).toBeLessThanOrEqual(maxLaterBytes)
      expect(later).toBeGreaterThan(3000)
      expect(firstSources.filter((file) => /\/rows\/|read-array-change/.test(file))).toEqual([])
    },
  )

  it(`loads at most ${maxPredictBytes / 1000} kB more to predict`, async () => {
    const [game, predict] = await Promise.all(['game', 'predict'].map((page) => splitters.vite!(page)))
    const bytes = predict!.first - game!.first
    console.log(`note: prediction by vite: ${(bytes / 1000).toFixed(1)} kB more (gzip)`)
    expect(bytes).toBeLessThanOrEqual(maxPredictBytes)
  })

  it(`loads at most ${maxPredictedPageBytes / 1000} kB in all by esbuild to predict`, async () => {
    const { first } = await splitters.esbuild!('predict')
    console.log(`note: a page that predicts, by esbuild: ${(first / 1000).toFixed(1)} kB (gzip)`)
    expect(first).toBeLessThanOrEqual(maxPredictedPageBytes)
  })

  it('has no syntax that the oldest browsers do not know', async () => {
    const contents = "export * from '@tygase/client'; export * from '@tygase/gamestate'"
    const [oldest, newest] = await Promise.all([bundle(contents, oldestBrowsers), bundle(contents, 'esnext')])
    // nothing had to be rewritten
    expect(oldest.file.text === newest.file.text).toBe(true)
  })

  it('calls no method that the oldest browsers do not have', () => {
    const found: string[] = []
    for (const name of ['gamestate', 'protocol', 'client', 'react']) {
      for (const path of sourcesOf(name)) {
        const source = readFileSync(path, 'utf8')
        const file = path.slice(root.length + 1)
        for (const [method, allowedIn] of newerMethods) {
          const isCalled = method.includes('.') ? source.includes(`${method}(`) : source.includes(`.${method}(`)
          if (isCalled && file !== allowedIn) found.push(`${file}: ${method}`)
        }
      }
    }
    expect(found).toEqual([])
  })
})

describe('@tygase/react', () => {
  it(`takes at most ${maxReactBytes / 1000} kB of a page, beside the client and React, and asks for nothing else`, async () => {
    const external = ['react', '@tygase/client']
    const { file, output } = await bundle("export * from '@tygase/react'", oldestBrowsers, 'browser', external)
    const bytes = gzipSync(file.contents, { level: 9 }).length
    console.log(`note: the hooks of React: ${(bytes / 1000).toFixed(1)} kB (gzip)`)
    expect(bytes).toBeLessThanOrEqual(maxReactBytes)
    expect([...new Set(output.imports.map(({ path }) => path))].sort()).toEqual(external.sort())
  })
})
