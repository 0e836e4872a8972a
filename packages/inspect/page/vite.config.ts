import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))

export default defineConfig({
  root: here,
  // the page works below any path
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'es2023',
    // the content security policy of the page lets no `data:` address in
    assetsInlineLimit: 0,
    // what the page is made of is under the MIT licence, and its text goes with it
    license: { fileName: 'licences.md' },
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ['index.html', 'playground.html'].map((name) => `${here}${name}`) },
  },
})
