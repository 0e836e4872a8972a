// Bundles the programs beside it, which are written in TypeScript and run on the sources of the packages, and runs main.ts.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../', import.meta.url))
const outdir = `${root}.cache/soak`

await build({
  entryPoints: ['main', 'server-process', 'client-process'].map((name) =>
    fileURLToPath(new URL(`./${name}.ts`, import.meta.url)),
  ),
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: ['@tygase/source'],
  sourcemap: 'inline',
  logLevel: 'error',
  // what still loads by `require` finds it
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
})
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', `${outdir}/main.mjs`, ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
  },
)
process.exitCode = status ?? 1
