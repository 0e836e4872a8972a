import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build as bundle } from 'esbuild'
import { build, defaultClientConditions } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importsOf } from './imports.js'
import { filesBelow, readText, root } from './repository.js'

/** The most that the devtools may add to a page that connects, with gzip, in bytes: all but what is loaded when it is asked for. */
const maxDevtoolsBytes = 15_000
/**
 * The most that is loaded later. To save a recording: the encoder of states, which a page that only connects has not, and the file
 * around it. For the tabs of bytes and versions: their elements, a reader of deltas, and what compares two states. These tabs are
 * loaded when they are opened first, which leaves room in the page for what keeps faults of the devtools from the game.
 */
const maxLaterBytes = 23_000

/** As they are imported. */
const later = ['./saving.js', './bytes-tab.js', './timeline-tab.js']

const page = `
import { connect } from '@tygase/client'
import { devtools } from '@tygase/devtools'
const context = document.querySelector('canvas').getContext('2d')
Object.assign(globalThis, { connect, draw: () => devtools.draw(context) })
`

let folder: string

beforeAll(async () => {
  await mkdir(join(root, '.cache'), { recursive: true })
  folder = await mkdtemp(join(root, '.cache/devtools-page-'))
  await writeFile(join(folder, 'index.html'), '<canvas></canvas><script type="module" src="./page.js"></script>')
})

afterAll(() => rm(folder, { recursive: true }))

/** Builds a page with the conditions that Vite has by default. @returns the sources that are in it, and its code */
async function buildPage(source: string, environment: 'production' | 'development') {
  await writeFile(join(folder, 'page.js'), source)
  const before = process.env.NODE_ENV
  // Vite goes by it, as `vite build` sets it
  process.env.NODE_ENV = environment
  try {
    const results = await build({
      root: folder,
      configFile: false,
      mode: environment,
      logLevel: 'silent',
      resolve: { conditions: ['@tygase/source', ...defaultClientConditions] },
      build: { write: false },
    })
    const chunks = [results].flat().flatMap((result) => ('output' in result ? result.output : []))
    const code = chunks.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('\n')
    const modules = chunks.flatMap((chunk) => (chunk.type === 'chunk' ? Object.keys(chunk.modules) : []))
    const inDevtools = modules.filter((file) => file.includes('/packages/devtools/'))
    return { code, sources: inDevtools.map((file) => file.slice(file.indexOf('/packages/') + 1)).sort() }
  } finally {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  }
}

describe('devtools in a page', () => {
  it('are not in a production build, though the page imports and calls them', async () => {
    const { code, sources } = await buildPage(page, 'production')
    const without = await buildPage(page.replace(/^.*devtools'$/m, 'const devtools = { draw() {} }'), 'production')
    expect(sources.filter((file) => !/src\/(?:index|build-devtools|production)\.ts$/.test(file))).toEqual([])
    expect(code).not.toMatch(/tygase-devtools|attachShadow|Save what happened/)
    expect(Math.abs(code.length - without.code.length)).toBeLessThan(60)
  })

  it('are in a build for development', async () => {
    const { code, sources } = await buildPage(page, 'development')
    expect(sources).toContain('packages/devtools/src/page/panel.ts')
    expect(code).toContain('Save what happened')
  })

  it(`take at most ${maxDevtoolsBytes / 1000} kB beside the client, and load the rest when it is asked for`, async () => {
    const connecting = "import { connect } from '@tygase/client'; Object.assign(globalThis, { connect })"
    const whole = `import '@tygase/devtools/always'; ${connecting}`
    const [connect, devtools, all] = await Promise.all([sizeOf(connecting), sizeOf(whole, later), sizeOf(whole)])
    const [bytes, more] = [devtools! - connect!, all! - devtools!]
    const inKb = (size: number): string => `${(size / 1000).toFixed(1)} kB`
    console.log(
      `note: devtools: ${inKb(bytes)} beside the client, ${inKb(more)} more to save a recording and for the tabs of bytes and versions (gzip)`,
    )
    expect(bytes).toBeLessThanOrEqual(maxDevtoolsBytes)
    expect(more).toBeLessThanOrEqual(maxLaterBytes)
    const found = filesBelow('packages/devtools/src', ['.ts']).flatMap((file) => importsOf(readText(file)))
    for (const part of later) {
      expect(found.filter(({ specifier, isLater }) => specifier === part && isLater)).toHaveLength(1)
    }
  })
})

/** @returns the bytes of a page as one file, with gzip. @param external imports that are left where they are */
async function sizeOf(contents: string, external: readonly string[] = []): Promise<number> {
  const { outputFiles } = await bundle({
    stdin: { contents, resolveDir: `${root}/test` },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    // an import of something built into Node is an error
    platform: 'neutral',
    mainFields: ['browser', 'module', 'main'],
    conditions: ['@tygase/source', 'browser'],
    external: [...external],
    logLevel: 'silent',
  })
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length
}
