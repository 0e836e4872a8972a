// How vitest runs tests in a run with mutants: the variables MUTANTS and MUTANT name the list and the fault to put in.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { mutatePlugin } from './mutate-plugin.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const { MUTANTS = '', MUTANT } = process.env
const mutants = JSON.parse(readFileSync(MUTANTS, 'utf8'))
const isMarking = MUTANT === undefined

export default defineConfig({
  root,
  plugins: [mutatePlugin(root, mutants, isMarking ? undefined : Number(MUTANT))],
  resolve: { conditions: ['@tygase/source'] },
  ssr: { resolve: { conditions: ['@tygase/source'] } },
  test: {
    // which test file reaches a place when it loads its modules is seen only if each loads its own
    isolate: isMarking,
    setupFiles: isMarking ? [fileURLToPath(new URL('./note-hits.mjs', import.meta.url))] : [],
    // most of the time of a run with a fault would be the reading of sources that are the same in each
    experimental: { fsModuleCache: !isMarking, fsModuleCachePath: join(root, '.cache', 'mutants', 'modules') },
    testTimeout: 60_000,
    server: { deps: { inline: [/@tygase\//] } },
    maxWorkers: isMarking ? 2 : 1,
  },
})
