import { defineConfig } from 'vite'
import manifest from './package.json' with { type: 'json' }
import { playgroundModules } from './src/build/modules.js'
import { shrink } from './src/build/shrink.js'

export default defineConfig({
  // the page works at any address, also below a path
  base: './',
  build: { outDir: 'dist/page', emptyOutDir: true, target: 'es2023', chunkSizeWarningLimit: 6000 },
  define: { libraryVersion: JSON.stringify(manifest.dependencies['@tygase/gamestate']) },
  plugins: [playgroundModules(), shrink()],
  worker: { format: 'iife', plugins: () => [playgroundModules(), shrink()] },
})
