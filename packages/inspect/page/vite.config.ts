import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))

const probe = 'let canMakeCode;'

/** The policy of the page forbids code that is made from texts, and a browser writes each try to its console: none is tried. */
const withoutCode: Plugin = {
  name: 'without-code',
  transform(code, id) {
    if (!/gamestate\/(?:dist|src)\/rows\/shape\.[jt]s$/.test(id)) return
    if (!code.includes(probe)) this.error('the place at which rows try to make code has changed')
    return { code: code.replace(probe, 'let canMakeCode = false;'), map: null }
  },
}

export default defineConfig({
  root: here,
  plugins: [withoutCode],
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
