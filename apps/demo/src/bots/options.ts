import { parseArgs } from 'node:util'
import { defaultUrl, gameUrl } from '../address.js'
import { maxPlayers } from '../arena.js'

export interface BotsOptions {
  count: number
  url: string
  help: boolean
}

export const botsHelp = `Bots for Tag.

  npm run bots -w apps/demo -- [options]

  -c, --count <n>   bots, 1 to ${maxPlayers} (default 5)
  -u, --url <url>   the server (default ${defaultUrl})
  -h, --help        this text

Ctrl-C sends them home.`

/** @throws Error with a sentence for people if an argument is not understood */
export function readBotsOptions(args: readonly string[]): BotsOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', short: 'c', default: '5' },
      url: { type: 'string', short: 'u', default: defaultUrl },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const count = Number(values.count)
  if (!/^\d+$/.test(values.count) || count < 1 || count > maxPlayers) {
    throw new Error(`--count is a number from 1 to ${maxPlayers}, not '${values.count}'`)
  }
  const url = gameUrl(values.url)
  if (url === undefined) throw new Error(`--url is the address of a server, like ${defaultUrl}, not '${values.url}'`)
  return { count, url, help: values.help }
}
