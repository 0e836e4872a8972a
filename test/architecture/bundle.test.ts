import { readdirSync, readFileSync } from 'node:fs'
import { type BuildOptions, build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { splitters } from './bundlers.js'
import { root } from './repository.js'

/** The oldest browsers that `docs` promise: from autumn 2021, Safari from spring 2022. */
const oldestBrowsers = ['chrome94', 'edge94', 'firefox93', 'safari15.4']

/** The most that a page with `connect` may load at first, minified and with gzip, in bytes. */
const maxConnectBytes = 33_250

/** What prediction may add to a page that has the rules of its game: to run them takes 4.5 kB of it. */
const maxPredictBytes = 11_500

/** Methods that the oldest browsers do not have, and the one file that may call them, since it has a way without. */
const newerMethods = new Map<string, string | undefined>([
  ...['toSorted', 'toReversed', 'toSpliced', 'findLast', 'findLastIndex', 'fromAsync', 'groupBy'].map(nowhere),
  ...['withResolvers', 'structuredClone', 'randomUUID', 'throwIfAborted', 'canParse', 'toWellFormed'].map(nowhere),
  ...['isSubsetOf', 'isDisjointFrom', 'symmetricDifference', 'getOrInsert', 'Promise.try', 'Float16Array'].map(nowhere),
  ...['AbortSignal.any', 'AbortSignal.timeout', 'Iterator.from', 'CompressionStream'].map(nowhere),
  ['isWellFormed', 'packages/gamestate/src/bytes/byte-reader.ts'],
])

function nowhere(name: string): [string, undefined] {
  return [name, undefined]
}

async function bundle(contents: string, target: string | string[], condition = 'browser') {
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

  it.each(Object.entries(splitters))(
    `loads at most ${maxConnectBytes / 1000} kB at first by %s, and the reader of maps later`,
    async (name, split) => {
      const { first, later, firstSources = [] } = await split('connect')
      const inKb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`
      console.log(`note: connect by ${name}: at first ${inKb(first)}, with a map ${inKb(later)} more (gzip)`)
      expect(first).toBeLessThanOrEqual(maxConnectBytes)
      expect(later).toBeGreaterThan(5000)
      expect(firstSources.filter((file) => /gamestate\/src\/(?:codec\/)?rows\//.test(file))).toEqual([])
    },
  )

  it(`loads at most ${maxPredictBytes / 1000} kB more to predict`, async () => {
    const [game, predict] = await Promise.all(['game', 'predict'].map((page) => splitters.esbuild!(page)))
    const bytes = predict!.first - game!.first
    console.log(`note: prediction by esbuild: ${(bytes / 1000).toFixed(1)} kB more (gzip)`)
    expect(bytes).toBeLessThanOrEqual(maxPredictBytes)
  })

  it('has no syntax that the oldest browsers do not know', async () => {
    const contents = "export * from '@tygase/client'; export * from '@tygase/gamestate'"
    const [oldest, newest] = await Promise.all([bundle(contents, oldestBrowsers), bundle(contents, 'esnext')])
    // nothing had to be rewritten
    expect(oldest.file.text === newest.file.text).toBe(true)
  })

  it('calls no method that the oldest browsers do not have', () => {
    const found: string[] = []
    for (const name of ['gamestate', 'protocol', 'client']) {
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
