import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Where another version of React is installed. */
const folder = process.env.REACT_FOLDER ?? ''
const entry = (find: RegExp, file: string) => ({ find, replacement: join(folder, file) })

/** The tests of `@tygase/react`, with that version. */
export default defineConfig({
  resolve: {
    conditions: ['@tygase/source'],
    alias: [
      entry(/^react$/, 'react/index.js'),
      entry(/^react\/(.*)$/, 'react/$1.js'),
      entry(/^react-dom$/, 'react-dom/index.js'),
      entry(/^react-dom\/(.*)$/, 'react-dom/$1.js'),
    ],
  },
  ssr: { resolve: { conditions: ['@tygase/source'] } },
  test: {
    testTimeout: 300_000,
    isolate: false,
    setupFiles: ['test/support/fast-check.ts'],
    include: ['packages/react/test/**/*.test.ts'],
    server: { deps: { inline: [/@tygase\//] } },
  },
})
