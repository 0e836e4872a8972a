import type { DevtoolsHook } from '@tygase/client/internal'
import { guard } from '@tygase/gamestate/internal'
import type { Devtools } from './api.js'
import { Panel } from './page/panel.js'
import { isPlayerFrame } from './page/players-tab.js'
import { count, inBytes } from './page/texts.js'
import { failed, type Probe } from './probes/probe.js'
import { Registry } from './registry.js'

/** Where `connect` looks for devtools. */
interface HookedPage {
  tygaseHook?: DevtoolsHook
}

const registry = new Registry()

/** The devtools of this page: importing this module installs them. */
export const devtools: Devtools = {
  draw: (context, placeOf, connection) => registry.draw(context, placeOf, connection),
}

install()

/** A page that imports the devtools twice has them once. A worker has no page. */
function install(): void {
  const page = globalThis as HookedPage
  if (typeof document === 'undefined' || page.tygaseHook !== undefined) return
  const isFrame = isPlayerFrame()
  page.tygaseHook = (connection, settings) => {
    // frames share the storage of the page around them: each of them is a player of its own
    if (isFrame) Object.assign(settings, { rejoin: false })
    guard(settings.logger, failed, () => registry.add(connection, settings))
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', showPanel)
  // what it throws in its own turn does not keep the modules of the page from running
  else setTimeout(showPanel)
}

function showPanel(): void {
  new Panel(registry, save)
}

/** Hands out a recording of the last minute. What makes it is loaded now. */
async function save(probe: Probe): Promise<string> {
  try {
    const { download, saveRecording } = await import('./saving.js')
    const file = await saveRecording(probe, Date.now())
    download(file, document)
    return `Saved ${count(probe.versions.all.length, 'version')} as ${file.name} (${inBytes(file.bytes.length)}).`
  } catch (error) {
    return `It could not be saved: ${error instanceof Error ? error.message : String(error)}`
  }
}
