import { defineConfig } from 'vitest/config'

export default defineConfig({
  // tests run on the sources, not on a build
  resolve: { conditions: ['@tygase/source'] },
  ssr: { resolve: { conditions: ['@tygase/source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/{architecture,e2e,simulation,conformance,docs}/**/*.test.ts'],
    testTimeout: 60_000,
    server: { deps: { inline: [/@tygase\//] } },
  },
})
