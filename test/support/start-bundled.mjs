import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Bundles programs that are written in TypeScript and run on the sources of the packages, and runs `main.ts`, with the arguments of
 * this process and its exit code.
 * @param {string} name of the folder in `test` that has them
 * @param {readonly string[]} helpers programs that `main` starts, without ending
 * @param {{ sourceMap?: boolean }} [options] `sourceMap`: errors name lines of the sources. It makes a start slower; false by default
 */
export async function startBundled(name, helpers, { sourceMap = false } = {}) {
  const outdir = `${root}.cache/${name}`
  await build({
    entryPoints: ['main', ...helpers].map((program) => `${root}test/${name}/${program}.ts`),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@tygase/source'],
    sourcemap: sourceMap && 'inline',
    logLevel: 'error',
    // what still loads by `require` finds it
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url)",
    },
  })
  const flags = sourceMap ? ['--enable-source-maps'] : []
  const args = [...flags, `${outdir}/main.mjs`, ...process.argv.slice(2)]
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  process.exitCode = status ?? 1
}
