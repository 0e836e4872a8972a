import '@tygase/devtools'
import type { Connection } from '@tygase/client'
import type { arena } from '../game.js'
import { App } from './app.js'

declare global {
  interface Window {
    /** The game as seen from outside the page, for tests and the curious. Readonly. */
    readonly tygaseArena: { readonly connection: Connection<typeof arena> | undefined }
  }
}

const app = new App(new URLSearchParams(window.location.search).get('name') ?? undefined)
Object.defineProperty(window, 'tygaseArena', {
  value: Object.freeze({
    get connection() {
      return app.play?.connection
    },
  }),
})
app.start()
