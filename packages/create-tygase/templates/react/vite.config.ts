import { tygase } from '@tygase/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig(({ isSsrBuild }) => ({
  // runs src/server.ts beside the page, at the same port, while you edit
  plugins: [react(), tygase()],
  // `npm run build` builds twice: the page, and the program that serves it
  build: { outDir: isSsrBuild ? 'dist/server' : 'dist/page', target: 'es2022' },
}))
