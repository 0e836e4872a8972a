import { Accounts } from '@tygase/auth'
import { type Clock, EntityMap, type Logger } from '@tygase/gamestate'
import type { Storage } from '@tygase/server'
import { memoryStorage } from '@tygase/storage'
import { type Simulation, simulate } from '@tygase/testkit'
import { worldPath } from '../src/address.js'
import { RpgClient } from '../src/client/rpg-client.js'
import { runLine } from '../src/client/run-line.js'
import { addDemoUsers, createRpgServer, type RpgServer } from '../src/server/rpg-server.js'
import { playerKey } from '../src/server/saved-players.js'
import { world } from '../src/world.js'
import { silentLogger } from './silent-logger.js'

/** Unix time at the beginning of a play. */
export const beginMs = Date.UTC(2026, 0, 1)

/** Takes no time: hashes of passwords have tests of their own. */
const plainPasswords = {
  decoy: 'decoy',
  hash: async (password: string) => `plain ${password}`,
  verify: async (password: string, hash: string) => ({ matches: hash === `plain ${password}`, outdated: false }),
}

/** A player at a terminal, and the lines that are printed. */
export class Typist {
  readonly rpg: RpgClient
  readonly #play: RpgPlay
  #printed: string[] = []

  constructor(play: RpgPlay) {
    this.#play = play
    this.rpg = new RpgClient({
      address: { path: worldPath, openTransport: () => play.openTransport() },
      terminal: { print: (text) => void this.#printed.push(...text.split('\n')), styled: (_style, text) => text },
      leave: () => void this.rpg.logOut(),
      clock: play.time.clock,
    })
  }

  /** Types a line and waits for the answer. @returns the lines that were printed meanwhile */
  async type(line: string): Promise<string[]> {
    await this.#play.time.complete(runLine(this.rpg, line))
    return this.take()
  }

  /** The lines that were printed since they were taken last. */
  take(): string[] {
    return this.#printed.splice(0)
  }
}

export interface RpgPlayOptions {
  /** The storage of an earlier play. */
  storage?: Storage
  logger?: Logger
}

/** A process of the server. */
interface Life {
  readonly storage: Storage
  readonly accounts: Accounts
  readonly rpg: RpgServer
}

type OpenTransport = ReturnType<ReturnType<RpgServer['server']['at']>['openTransport']>

/** The whole server with its room, accounts and storage, and players, in virtual time. */
export class RpgPlay {
  /** Moves time; its own game has no clients. */
  readonly time: Simulation<typeof world>
  readonly #logger: Logger
  readonly #transports: OpenTransport[] = []
  #life: Life | undefined

  private constructor(time: Simulation<typeof world>, logger: Logger, life: Life) {
    this.time = time
    this.#logger = logger
    this.#life = life
  }

  static async begin({ storage = memoryStorage(), logger = silentLogger }: RpgPlayOptions = {}): Promise<RpgPlay> {
    const time = await simulate({ game: world, clients: 0, seed: 1 })
    return new RpgPlay(time, logger, await beginLife(storage, logger, time.clock))
  }

  get storage(): Storage {
    return this.#living.storage
  }

  get accounts(): Accounts {
    return this.#living.accounts
  }

  get rpg(): RpgServer {
    return this.#living.rpg
  }

  /** Opens a transport to the server. @throws Error while there is no server */
  openTransport(): OpenTransport {
    const transport = this.rpg.server.at(worldPath).openTransport()
    this.#transports.push(transport)
    return transport
  }

  /** The server's process dies. @returns a function that starts another one with the storage of that moment */
  async crash(): Promise<() => Promise<void>> {
    const { storage } = this
    // later saves of the dead process do not count
    const kept = memoryStorage()
    for (const { key, value } of await storage.list('', { limit: 10_000 })) await kept.put(key, value)
    this.#life = undefined
    for (const transport of this.#transports.splice(0)) transport.close(1006, 'the process has died')
    return async () => {
      this.#life = await beginLife(kept, this.#logger, this.time.clock)
    }
  }

  /** A player before the login. */
  typist(): Typist {
    return new Typist(this)
  }

  /** A player who has logged in. */
  async join(user: string): Promise<Typist> {
    const typist = this.typist()
    await typist.type(`con ${user}`)
    return typist
  }

  /** The entities of the world, by client id. */
  get players() {
    const state = this.rpg.server.rooms.get('rpg/world')?.store.state as ReturnType<typeof world.initialState>
    return state?.players ?? new EntityMap<never>()
  }

  /** The record of a player. */
  saved(userId: string): Promise<unknown> {
    return this.storage.get(playerKey(userId))
  }

  async end(): Promise<void> {
    if (this.#life !== undefined) await this.time.complete(this.rpg.shutdown('the test is over'))
  }

  get #living(): Life {
    if (this.#life === undefined) throw new Error('there is no server')
    return this.#life
  }
}

async function beginLife(storage: Storage, logger: Logger, clock: Clock): Promise<Life> {
  const accounts = new Accounts({ storage, passwords: plainPasswords, minPasswordLength: 4, clock })
  await addDemoUsers(accounts)
  const unixNow = (): number => beginMs + clock.now()
  const rpg = await createRpgServer({ storage, accounts, logger, clock, unixNow })
  await rpg.server.run({ port: false })
  return { storage, accounts, rpg }
}
