import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { type BuildOptions, build as esbuild } from 'esbuild'
import { type InlineConfig, type LogLevel, build as vite } from 'vite'
import webpack from 'webpack'
import { root } from './repository.js'

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
    const compiler = webpack({
      mode: 'production',
      target: ['web', 'es2022'],
      entry: pathOf(page),
      output: { path, filename: `${page}.js`, publicPath: '', asyncChunks: false },
      resolve: { conditionNames: conditions, extensions: ['.ts', '.js'], extensionAlias: { '.js': ['.ts', '.js'] } },
      module: { rules: [{ test: /\.ts$/, loader: join(import.meta.dirname, 'esbuild-loader.cjs') }] },
      performance: false,
      // a minifier finds nothing that the bundler has not found
      optimization: { minimize: false },
    })
    const stats = await new Promise<webpack.Stats>((resolve, reject) => {
      compiler.run((error, result) => (error || result === undefined ? reject(error) : resolve(result)))
    })
    await new Promise((resolve) => compiler.close(resolve))
    const { errors = [], warnings = [] } = stats.toJson({ all: false, errors: true, warnings: true })
    const complaints = [...errors, ...warnings].map(({ message }) => message)
    return { code: complaints.length > 0 ? '' : await readFile(join(path, `${page}.js`), 'utf8'), complaints }
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
