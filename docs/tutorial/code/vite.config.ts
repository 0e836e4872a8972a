import { tygase } from '@tygase/vite'
import { defineConfig } from 'vite'

// One for all steps: `npm run tutorial 1` makes the folder of a step the root.
export default defineConfig(({ isSsrBuild }) => ({
  // runs src/server.ts beside the page, at the same port, while you edit
  plugins: [tygase()],
  // step 5 is built twice: the page, and the program that serves it, with all that it needs in one file
  build: { outDir: isSsrBuild ? 'dist/server' : 'dist/page', target: 'es2022' },
  ...(isSsrBuild && { ssr: { noExternal: true } }),
}))
