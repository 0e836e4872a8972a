import { mkdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { type BuildOptions, build as esbuild } from 'esbuild'
import { type InlineConfig, type LogLevel, build as vite } from 'vite'
import webpack from 'webpack'
import { root } from './repository.js'

/** What a page loads, in bytes with gzip. */
export interface PageSize {
  /** Of the page itself and of all that it imports. */
  readonly first: number
  /** Of the files that it loads when it needs them. */
  readonly later: number
  /** The sources of the first files; esbuild alone names them. */
  readonly firstSources?: readonly string[]
}

/** A file that a bundler has made. */
interface MadeFile {
  readonly code: string | Uint8Array
  readonly isFirst: boolean
}

function sizeOf(files: readonly MadeFile[]): PageSize {
  const sum = (isFirst: boolean): number =>
    files
      .filter((file) => file.isFirst === isFirst)
      .reduce((bytes, { code }) => bytes + gzipSync(code, { level: 9 }).length, 0)
  return { first: sum(true), later: sum(false) }
}

/** A page as one script, and everything that its bundler complained about. */
export interface Bundle {
  readonly code: string
  readonly complaints: readonly string[]
}

/** The sources instead of the builds, and the versions for browsers. No bundler gets a stub, an alias or a plugin. */
const conditions = ['@tygase/source', 'browser', 'import', 'module', 'default']

/** Makes a page of a file in `pages/`. */
export type Bundler = (page: string) => Promise<Bundle>

const pathOf = (page: string): string => join(root, 'test/architecture/pages', `${page}.ts`)

export const bundlers: Readonly<Record<string, Bundler>> = {
  esbuild: (page) => byEsbuild(page, { platform: 'browser', conditions: ['@tygase/source'] }),

  /** With the conditions of Metro, which bundles for React Native. */
  'esbuild for React Native': (page) =>
    byEsbuild(page, {
      platform: 'neutral',
      conditions: ['@tygase/source', 'react-native'],
      mainFields: ['react-native', 'browser', 'main'],
    }),

  async vite(page) {
    const complaints: string[] = []
    const note = (text: string): void => void complaints.push(text)
    const config: InlineConfig = {
      configFile: false,
      root,
      mode: 'production',
      logLevel: 'warn' satisfies LogLevel,
      customLogger: {
        info() {},
        warn: note,
        warnOnce: note,
        error: note,
        clearScreen() {},
        hasErrorLogged: () => complaints.length > 0,
        hasWarned: false,
      },
      resolve: { conditions },
      build: {
        write: false,
        target: 'es2023',
        lib: { entry: pathOf(page), formats: ['iife'], name: 'page', fileName: page },
      },
    }
    const results = [await vite(config)].flat()
    const code = results.flatMap((result) =>
      'output' in result ? result.output.map((file) => (file.type === 'chunk' ? file.code : '')) : [],
    )
    return { code: code.join('\n'), complaints }
  },

  async webpack(page) {
    const path = join(root, '.cache/bundles')
    await mkdir(path, { recursive: true })
    const stats = await run({
      entry: pathOf(page),
      output: { path, filename: `${page}.js`, publicPath: '', asyncChunks: false },
      // a minifier finds nothing that the bundler has not found
      optimization: { minimize: false },
    })
    const { errors = [], warnings = [] } = stats.toJson({ all: false, errors: true, warnings: true })
    const complaints = [...errors, ...warnings].map(({ message }) => message)
    return { code: complaints.length > 0 ? '' : await readFile(join(path, `${page}.js`), 'utf8'), complaints }
  },
}

/** Runs webpack. */
async function run(options: webpack.Configuration): Promise<webpack.Stats> {
  const compiler = webpack({
    mode: 'production',
    target: ['web', 'es2022'],
    resolve: { conditionNames: conditions, extensions: ['.ts', '.js'], extensionAlias: { '.js': ['.ts', '.js'] } },
    module: { rules: [{ test: /\.ts$/, loader: join(import.meta.dirname, 'esbuild-loader.cjs') }] },
    performance: false,
    ...options,
  })
  const stats = await new Promise<webpack.Stats>((resolve, reject) => {
    compiler.run((error, result) => (error || result === undefined ? reject(error) : resolve(result)))
  })
  await new Promise((resolve) => compiler.close(resolve))
  return stats
}

/** Makes a page of several files, as bundlers do by default for a site. */
export const splitters: Readonly<Record<string, (page: string) => Promise<PageSize>>> = {
  async esbuild(page) {
    const { outputFiles, metafile } = await esbuild({
      platform: 'browser',
      conditions: ['@tygase/source'],
      entryPoints: [pathOf(page)],
      absWorkingDir: root,
      bundle: true,
      splitting: true,
      minify: true,
      write: false,
      metafile: true,
      format: 'esm',
      target: 'es2023',
      outdir: join(root, '.cache/bundles'),
    })
    const first = new Set<string>()
    const visit = (path: string): void => {
      if (first.has(path)) return
      first.add(path)
      for (const { path: next, kind } of metafile.outputs[path]!.imports) if (kind === 'import-statement') visit(next)
    }
    visit(Object.keys(metafile.outputs).find((path) => metafile.outputs[path]!.entryPoint?.endsWith(`/${page}.ts`))!)
    const size = sizeOf(
      outputFiles.map(({ path, contents }) => ({ code: contents, isFirst: first.has(relative(root, path)) })),
    )
    return { ...size, firstSources: [...first].flatMap((path) => Object.keys(metafile.outputs[path]!.inputs)) }
  },

  async vite(page) {
    const results = await vite({
      configFile: false,
      root,
      mode: 'production',
      logLevel: 'silent',
      resolve: { conditions },
      build: { write: false, target: 'es2023', modulePreload: false, rollupOptions: { input: pathOf(page) } },
    })
    const files = [results].flat().flatMap((result) => ('output' in result ? result.output : []))
    const chunks = files.flatMap((file) => (file.type === 'chunk' ? [file] : []))
    const first = new Set<string>()
    const visit = (name: string): void => {
      first.add(name)
      for (const next of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) visit(next)
    }
    for (const { fileName, isEntry } of chunks) if (isEntry) visit(fileName)
    return sizeOf(chunks.map(({ code, fileName }) => ({ code, isFirst: first.has(fileName) })))
  },

  async webpack(page) {
    const path = join(root, '.cache/bundles/split')
    await mkdir(path, { recursive: true })
    const stats = await run({ entry: pathOf(page), output: { path, filename: '[name].js', publicPath: '' } })
    const { chunks = [] } = stats.toJson({ all: false, chunks: true })
    const made = chunks.map(async ({ files = [], initial }) => ({
      code: (await Promise.all(files.map((file) => readFile(join(path, file), 'utf8')))).join('\n'),
      isFirst: initial === true,
    }))
    return sizeOf(await Promise.all(made))
  },
}

async function byEsbuild(page: string, options: BuildOptions): Promise<Bundle> {
  const { outputFiles = [], warnings } = await esbuild({
    ...options,
    entryPoints: [pathOf(page)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2023',
    logLevel: 'silent',
  })
  return { code: outputFiles[0]?.text ?? '', complaints: warnings.map(({ text }) => text) }
}

/** Names of a browser that pages of the tests use. There is no `process`, `Buffer`, `require` or `setImmediate`. */
const browserNames = [
  ...['AbortController', 'AbortSignal', 'DOMException', 'TextDecoder', 'TextEncoder', 'URL', 'URLSearchParams'],
  ...['clearTimeout', 'console', 'crypto', 'performance', 'queueMicrotask', 'setTimeout', 'MessageChannel'],
] as const

/** Runs a page in a realm of its own that has nothing of Node. @returns the `result` that the page has set on its window */
export function openPage({ code }: Bundle): unknown {
  const window: Record<string, unknown> = Object.fromEntries(browserNames.map((name) => [name, globalThis[name]]))
  window.window = window
  window.self = window
  const context = createContext(window)
  runInContext(code, context)
  return runInContext('globalThis.result', context)
}
