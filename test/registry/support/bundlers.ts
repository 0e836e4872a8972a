import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build as esbuild } from 'esbuild'
import { build as vite } from 'vite'
import webpack from 'webpack'
import type { Bundle } from '../../architecture/bundlers.js'

/** Makes one script of a file in a folder, with the bundler's own defaults for browsers: no condition, alias or plugin. */
export const installedBundlers: Readonly<Record<string, (folder: string, file: string) => Promise<Bundle>>> = {
  async esbuild(folder, file) {
    const { outputFiles, warnings } = await esbuild({
      absWorkingDir: folder,
      entryPoints: [file],
      bundle: true,
      minify: true,
      write: false,
      format: 'iife',
      logLevel: 'silent',
    })
    return { code: outputFiles[0]?.text ?? '', complaints: warnings.map(({ text }) => text) }
  },

  async vite(folder, file) {
    const complaints: string[] = []
    const note = (text: string): void => void complaints.push(text)
    const results = await vite({
      configFile: false,
      root: folder,
      mode: 'production',
      customLogger: {
        info() {},
        warn: note,
        warnOnce: note,
        error: note,
        clearScreen() {},
        hasErrorLogged: () => complaints.length > 0,
        hasWarned: false,
      },
      build: { write: false, lib: { entry: join(folder, file), formats: ['iife'], name: 'page', fileName: 'page' } },
    })
    const files = [results].flat().flatMap((result) => ('output' in result ? result.output : []))
    return { code: files.map((made) => (made.type === 'chunk' ? made.code : '')).join('\n'), complaints }
  },

  async webpack(folder, file) {
    const compiler = webpack({
      mode: 'production',
      target: ['web', 'es2022'],
      context: folder,
      entry: `./${file}`,
      output: { path: join(folder, 'built'), filename: 'page.js', publicPath: '', asyncChunks: false },
      performance: false,
    })
    const stats = await new Promise<webpack.Stats>((resolve, reject) => {
      compiler.run((error, result) => (error || result === undefined ? reject(error) : resolve(result)))
    })
    await new Promise((resolve) => compiler.close(resolve))
    const { errors = [], warnings = [] } = stats.toJson({ all: false, errors: true, warnings: true })
    const complaints = [...errors, ...warnings].map(({ message }) => message)
    return { code: complaints.length > 0 ? '' : readFileSync(join(folder, 'built/page.js'), 'utf8'), complaints }
  },
}
