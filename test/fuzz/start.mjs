// Bundles one of the programs beside it, which are written in TypeScript and run on the sources of the packages, and runs it.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const [program = 'main', ...args] = process.argv.slice(2)
const root = fileURLToPath(new URL('../../', import.meta.url))
const outfile = `${root}.cache/fuzz/${program.replace('/', '-')}.mjs`

await build({
  entryPoints: [fileURLToPath(new URL(`./${program}.ts`, import.meta.url))],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: ['@tygase/source'],
  sourcemap: 'inline',
  logLevel: 'error',
  // what still loads by `require` finds it
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url)",
  },
})
const { status } = spawnSync(process.execPath, ['--enable-source-maps', outfile, ...args], {
  cwd: root,
  stdio: 'inherit',
})
process.exitCode = status ?? 1
