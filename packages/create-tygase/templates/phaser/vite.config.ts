import { tygase } from '@tygase/vite'
import { defineConfig } from 'vite'

export default defineConfig(({ isSsrBuild }) => ({
  // runs src/server.ts beside the page, at the same port, while you edit
  plugins: [tygase()],
  // `npm run build` builds twice: the page, and the program that serves it
  build: {
    outDir: isSsrBuild ? 'dist/server' : 'dist/page',
    target: 'es2022',
    // Phaser is a large part of the page: 1.2 MB, 350 kB on the way
    chunkSizeWarningLimit: 2000,
  },
}))
