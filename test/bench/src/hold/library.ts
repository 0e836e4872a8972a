import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as GameState from '@tygase/gamestate'
import type * as GameStateInternal from '@tygase/gamestate/internal'
import type * as Protocol from '@tygase/protocol/internal'
import type * as ServerPackage from '@tygase/server'

/** The parts of a checkout that are attacked, and those that the attack is built with. */
export interface Library {
  readonly gamestate: typeof GameState & typeof GameStateInternal
  readonly protocol: typeof Protocol
  readonly server: typeof ServerPackage
}

/**
 * Loads the built packages of a checkout, so that this program measures it.
 * @param root of the checkout; its packages are built
 * @throws Error if they are not there
 */
export async function loadLibrary(root: string): Promise<Library> {
  const load = (path: string): Promise<object> =>
    import(pathToFileURL(join(resolve(root), 'packages', path)).href) as Promise<object>
  const [gamestate, gamestateInternal, protocol, wire, server] = await Promise.all([
    load('gamestate/dist/index.js'),
    load('gamestate/dist/internal.js'),
    load('protocol/dist/internal.js'),
    // earlier checkouts do not give the table of messages out
    load('protocol/dist/wire/messages.js'),
    load('server/dist/index.js'),
  ])
  // reason: the modules of another checkout have the same names
  return {
    gamestate: { ...gamestate, ...gamestateInternal },
    protocol: { ...wire, ...protocol },
    server,
  } as unknown as Library
}

/** The root of this checkout. */
export const ownRoot = new URL('../../../../', import.meta.url).pathname
