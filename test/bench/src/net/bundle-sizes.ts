import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'

/** What browsers have to load at first, in bytes. */
export interface BundleSize {
  library: string
  minified: number
  gzipped: number
}

/** What a game is written with, of each library. */
const clientCode = {
  '@tygase/client': "export { connect } from '@tygase/client'",
  '@colyseus/sdk': "export { Client } from '@colyseus/sdk'",
  'socket.io-client': "export { io } from 'socket.io-client'",
}

/** Bundles each library's client for browsers as its users would. */
export function measureBundles(): Promise<BundleSize[]> {
  return Promise.all(
    Object.entries(clientCode).map(async ([library, contents]) => {
      const { outputFiles, metafile } = await build({
        stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
        bundle: true,
        splitting: true,
        minify: true,
        write: false,
        metafile: true,
        outdir: '.',
        format: 'esm',
        target: 'es2023',
        platform: 'browser',
        logLevel: 'error',
      })
      const later = filesLoadedLater(metafile)
      const first = outputFiles.filter(({ path }) => !later.has(basename(path)))
      const sum = (sizes: readonly number[]): number => sizes.reduce((bytes, size) => bytes + size, 0)
      return {
        library,
        minified: sum(first.map(({ contents }) => contents.length)),
        gzipped: sum(first.map(({ contents }) => gzipSync(contents, { level: 9 }).length)),
      }
    }),
  )
}

/** The files of a page that it loads when it needs them. */
function filesLoadedLater({ outputs }: Metafile): Set<string> {
  const imports = Object.values(outputs).flatMap((output) => output.imports)
  return new Set(imports.filter(({ kind }) => kind === 'dynamic-import').map(({ path }) => basename(path)))
}
