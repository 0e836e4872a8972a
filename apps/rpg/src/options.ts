import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { argumentError, portOf } from '@tygase/terminal'
import { defaultPort, worldPath } from './address.js'
import { type Environment, readSettings } from './server/settings.js'

/** In the folder of this app, wherever it is started from. */
export const defaultDb = relative('', fileURLToPath(new URL('../data/rpg.mdb', import.meta.url)))

export type Options =
  | { readonly does: 'help' }
  | {
      readonly does: 'serve'
      readonly port: number
      readonly hostname: string
      readonly db: string
      readonly demo: boolean
    }
  | { readonly does: 'play'; readonly url: string }

export const help = `A world to walk and talk in, in the terminal.

  npm run rpg -- server [options]        serves the world
    -p, --port <port>     0: a free one (default ${defaultPort})
        --host <address>  the address to listen at; 0.0.0.0 lets others of the network in (default localhost)
        --db <file>       accounts and players (default ${defaultDb})
        --demo            adds the players foo, with the password 1234, and bar, with 4321

  npm run rpg -- [url]                   enters it (default ws://localhost:${defaultPort})

    -h, --help            this text

The variables RPG_PORT, RPG_HOST, RPG_DB and RPG_DEMO have the same meaning; options override them.

Other players are added by: npx tygase user add NAME --db FILE
In the world, "help" lists the commands. Lines may come from a pipe as well: then there is no prompt, and the program ends after the last answer.`

/**
 * @param env the environment, for settings of the server that no argument gives
 * @throws Error with a sentence for people for a wrong argument or variable
 */
export function readOptions(args: readonly string[], env: Environment = {}): Options {
  const { values, positionals } = parse(args)
  if (values.help) return { does: 'help' }
  if (positionals.length > 1) throw new Error(`"${positionals[1]}" is one word too many; see --help`)
  if (positionals[0] !== 'server') {
    const [wrong] = (['port', 'host', 'db', 'demo'] as const).filter((name) => values[name] !== undefined)
    if (wrong !== undefined) throw new Error(`--${wrong} is for the server: npm run rpg -- server --${wrong} …`)
    return { does: 'play', url: urlOf(positionals[0] ?? `localhost:${defaultPort}`) }
  }
  const settings = readSettings(env, defaultDb)
  const { host: hostname = settings.hostname, db = settings.db, demo = settings.demo } = values
  const port = values.port === undefined ? settings.port : portOf(values.port)
  return { does: 'serve', port, hostname, db, demo }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string', short: 'p' },
        host: { type: 'string' },
        db: { type: 'string' },
        demo: { type: 'boolean' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw argumentError(error)
  }
}

/** With the path of the world, unless another one is given. */
function urlOf(text: string): string {
  const full = /^[a-z]+:\/\//i.test(text) ? text : `ws://${text}`
  const url = URL.canParse(full) ? new URL(full) : undefined
  if (url === undefined || !/^wss?:$/.test(url.protocol)) {
    throw new Error(`'${text}' is no address of a world; one looks like ws://localhost:${defaultPort}`)
  }
  if (url.pathname === '/') url.pathname = worldPath
  return url.href
}
