import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

/** Pages that are timed, so that no other test may use the processor meanwhile. */
const timed = ['test/browser/{arena-network,demo,feel}.test.ts']

/** What each step of `npm test` runs, by its name. */
const projects = {
  unit: [
    'packages/*/test/**/*.test.ts',
    'apps/*/test/**/*.test.ts',
    'scripts/test/**/*.test.ts',
    'test/{bench/test,mutants}/**/*.test.ts',
    'docs/tutorial/code/*/test/**/*.test.ts',
  ],
  architecture: ['test/{architecture,callbacks,walks}/**/*.test.ts'],
  docs: ['test/docs/**/*.test.ts'],
  site: ['test/site/**/*.test.ts'],
  conformance: ['test/conformance/**/*.test.ts'],
  simulation: ['test/{simulation,soak,tool-tasks}/**/*.test.ts'],
  fuzz: ['test/fuzz/**/*.test.ts'],
  registry: ['test/registry/*.test.ts'],
  matrix: ['test/registry/matrix/*.test.ts'],
  e2e: ['test/e2e/**/*.test.ts'],
  pages: ['test/browser/*.test.ts'],
  browser: timed,
  firefox: ['test/firefox/**/*.test.ts'],
  terminal: ['test/terminal/**/*.test.ts'],
  proxies: ['test/proxies/**/*.test.ts'],
  cluster: ['test/cluster/**/*.test.ts'],
}

const modules = fileURLToPath(new URL('.cache/modules', import.meta.url))

export default defineConfig({
  // of steps that run beside each other, none may read what another one is just writing
  cacheDir: fileURLToPath(new URL(`.cache/vite/${process.env.STEP ?? 'any'}`, import.meta.url)),
  // tests run on the sources, not on a build
  resolve: { conditions: ['@tygase/source'] },
  ssr: { resolve: { conditions: ['@tygase/source'] } },
  test: {
    // a busy machine takes several times as long as an idle one
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // a second, the default, is over on a busy machine before a page has been loaded
    expect: { poll: { timeout: 60_000 } },
    setupFiles: ['fast-check', 'assertions'].map((name) =>
      fileURLToPath(new URL(`test/support/${name}.ts`, import.meta.url)),
    ),
    server: { deps: { inline: [/@tygase\//] } },
    // steps of `npm test` share what they make of the sources; it is found by its content, and thrown away when the next run begins
    experimental: { fsModuleCache: process.env.STEP !== undefined, fsModuleCachePath: modules },
    // the files of one worker share their modules: to load these anew for each file took twice as long as the tests
    isolate: false,
    // each project reads this file anew: a step needs its own one only
    projects: Object.entries(projects)
      .filter(([name]) => name === (process.env.STEP ?? name))
      .map(([name, include]) => ({
        extends: true as const,
        test: {
          name,
          include,
          exclude: name === 'pages' ? [...configDefaults.exclude, ...timed] : configDefaults.exclude,
        },
      })),
  },
})
