import { defineConfig } from 'vite'

export default defineConfig({
  // beside the programs for Node, which the compiler writes to dist
  build: { outDir: 'dist/page', emptyOutDir: true, target: 'es2023' },
  // `npx vite` beside a server that runs: the page asks for its socket at its own address
  server: { proxy: { '/play': { target: 'ws://localhost:8090', ws: true } } },
})
