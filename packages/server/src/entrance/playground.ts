import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Logger } from '@tygase/gamestate'
import { isLoopback, requestAddress } from './address.js'
import type { BrowserAnswers } from './http-answers.js'
import type { PlayedServer } from './listener.js'

/** What the entry of the package exports. */
export interface PlaygroundEntry {
  /** Answers all requests below `<path>/inspect/`, and any other one with the way there. */
  createPlayground(played: PlayedServer): RequestListener
}

const owner = '@tygase/inspect'

/**
 * In development, a browser on this machine that opens the port gets a page in which the game can be played by hand. It is part of
 * another package, which is loaded with the first such request if the game has installed it.
 */
export class Playground implements BrowserAnswers {
  readonly #played: PlayedServer
  readonly #logger: Logger
  readonly #loadEntry: typeof loadEntry
  #listener: Promise<RequestListener | undefined> | undefined

  /** @param load default: loads the package that the game has installed */
  constructor(played: PlayedServer, logger: Logger, load: typeof loadEntry = loadEntry) {
    this.#loadEntry = load
    this.#played = played
    this.#logger = logger
  }

  /** True for a browser on this machine that opens a page, and for what the page asks for. */
  isFor(request: IncomingMessage): boolean {
    const { url = '/', headers, method } = request
    if (!isLoopback(requestAddress(request).host)) return false
    if (url.startsWith(`${this.#played.path}/inspect/`)) return true
    return (method === 'GET' || method === 'HEAD') && headers.accept?.includes('text/html') === true
  }

  /**
   * Answers a request that `isFor` has named.
   * @param instead called with a sentence for people if the package is not installed
   */
  async answer(request: IncomingMessage, response: ServerResponse, instead: (hint: string) => void): Promise<void> {
    this.#listener ??= this.#load()
    const listener = await this.#listener
    if (listener !== undefined) listener(request, response)
    else instead(`In development a browser gets a playground here: npm install --save-dev ${owner}\n`)
  }

  /** @returns undefined if the package is not installed, or cannot be loaded */
  async #load(): Promise<RequestListener | undefined> {
    try {
      const entry = await this.#loadEntry(`${owner}/playground`)
      return entry?.createPlayground(this.#played)
    } catch (error) {
      this.#logger.warn({ err: error }, 'the playground cannot be opened')
      return undefined
    }
  }
}

/** Loads the package of the game's own folder, or the one beside this package. */
async function loadEntry(name: string): Promise<PlaygroundEntry | undefined> {
  try {
    return await import(name)
  } catch (error) {
    if (!isMissing(error, name)) throw error
  }
  try {
    // a package manager may let a package see its own dependencies alone: then the game's folder knows it
    const found = createRequire(join(process.cwd(), 'package.json')).resolve(name)
    return await import(pathToFileURL(found).href)
  } catch (error) {
    if (!isMissing(error, name)) throw error
    return undefined
  }
}

/** True if the package itself is not there: one of its own dependencies that is missing is an error. */
function isMissing(error: unknown, name: string): boolean {
  const { code, message = '' } = error as { code?: unknown; message?: string }
  const isAbsent =
    code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED'
  return isAbsent && (message.includes(name) || message.includes(owner))
}
