import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** What browsers have to load, in bytes. */
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
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
        bundle: true,
        minify: true,
        write: false,
        format: 'esm',
        target: 'es2023',
        platform: 'browser',
        logLevel: 'error',
      })
      const code = outputFiles[0]!.contents
      return { library, minified: code.length, gzipped: gzipSync(code, { level: 9 }).length }
    }),
  )
}
