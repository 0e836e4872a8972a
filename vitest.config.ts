import { defineConfig } from 'vitest/config'

/** What each step of `npm test` runs, by its name. */
const projects = {
  unit: [
    'packages/*/test/**/*.test.ts',
    'apps/*/test/**/*.test.ts',
    'scripts/test/**/*.test.ts',
    'test/{bench/test,mutants}/**/*.test.ts',
  ],
  architecture: ['test/{architecture,callbacks,walks}/**/*.test.ts'],
  docs: ['test/docs/**/*.test.ts'],
  conformance: ['test/conformance/**/*.test.ts'],
  simulation: ['test/simulation/**/*.test.ts', 'test/soak/**/*.test.ts'],
  fuzz: ['test/fuzz/**/*.test.ts'],
  e2e: ['test/e2e/**/*.test.ts'],
  browser: ['test/browser/**/*.test.ts'],
  terminal: ['test/terminal/**/*.test.ts'],
}

export default defineConfig({
  // tests run on the sources, not on a build
  resolve: { conditions: ['@tygase/source'] },
  ssr: { resolve: { conditions: ['@tygase/source'] } },
  test: {
    // a busy machine takes several times as long as an idle one
    testTimeout: 300_000,
    hookTimeout: 120_000,
    server: { deps: { inline: [/@tygase\//] } },
    // the files of one worker share their modules: to load these anew for each file took twice as long as the tests
    isolate: false,
    projects: Object.entries(projects).map(([name, include]) => ({ extends: true as const, test: { name, include } })),
  },
})
