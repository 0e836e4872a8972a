import '@tygase/devtools'
import type { Connection } from '@tygase/client'
import type { tag } from '../game.js'
import { App } from './app.js'
import type { Disc } from './frame.js'

declare global {
  interface Window {
    /** The game as seen from outside the page, for tests and the curious. Readonly. */
    readonly tygaseDemo: {
      readonly connection: Connection<typeof tag> | undefined
      /** The discs on the screen. */
      readonly discs: readonly Readonly<Disc>[]
    }
  }
}

const app = new App(new URLSearchParams(window.location.search).get('name') ?? undefined)
Object.defineProperty(window, 'tygaseDemo', {
  value: Object.freeze({
    get connection() {
      return app.play?.connection
    },
    get discs() {
      return app.frame.discs
    },
  }),
})
app.start()
