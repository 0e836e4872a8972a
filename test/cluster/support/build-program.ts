import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * Bundles a program that runs on the sources of the packages, as tests do.
 * @param entry its file, from the root of the repository
 * @returns the file to run
 */
export async function buildProgram(entry: string): Promise<string> {
  const outfile = `${root}.cache/cluster/${basename(entry, '.ts')}.mjs`
  await build({
    entryPoints: [root + entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@tygase/source'],
    // they load the built-in modules of Node by `require`, which a bundle has not
    external: ['@nats-io/*', 'ws'],
    logLevel: 'error',
  })
  return outfile
}
