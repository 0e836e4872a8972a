import { parseArgs } from 'node:util'
import { defaultUrl, gameUrl } from '../address.js'

export interface WatchOptions {
  url: string
  help: boolean
}

export const watchHelp = `Shows the table of a game of Tag, live.

  npm run watch -w apps/demo -- [options]

  -u, --url <url>   the server (default ${defaultUrl})
  -h, --help        this text

In a terminal the table is redrawn in place. To a file or pipe, a line is printed for each change. Ctrl-C ends it.`

/** @throws Error with a sentence for people if an argument is not understood */
export function readWatchOptions(args: readonly string[]): WatchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: 'string', short: 'u', default: defaultUrl },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const url = gameUrl(values.url)
  if (url === undefined) throw new Error(`--url is the address of a server, like ${defaultUrl}, not '${values.url}'`)
  return { url, help: values.help }
}
