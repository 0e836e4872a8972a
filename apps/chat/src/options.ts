import { parseArgs } from 'node:util'
import { argumentError, portOf } from '@tygase/terminal'

const defaultPort = 7000

export type Options =
  | { readonly does: 'help' }
  | { readonly does: 'serve'; readonly port: number; readonly hostname: string }
  | { readonly does: 'talk'; readonly url: string; readonly name: string | undefined }

export const help = `Channels in the terminal.

  npm run chat -- server [options]        serves a chat
    -p, --port <port>     0: a free one (default ${defaultPort})
        --host <address>  the address to listen at; 0.0.0.0 lets others of the network in (default localhost)

  npm run chat -- [options] [url]         joins one (default ws://localhost:${defaultPort})
    -n, --name <name>     your name, if it is free

    -h, --help            this text

In the chat, "help" lists the commands. Lines may come from a pipe as well: then there is no prompt, and the program ends after the last answer.`

/** @throws Error with a sentence for people if an argument is not understood */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args)
  if (values.help) return { does: 'help' }
  const isServer = positionals[0] === 'server'
  if (positionals.length > 1) throw new Error(`"${positionals[1]}" is one word too many; see --help`)
  if (isServer) {
    if (values.name !== undefined) throw new Error('--name is for clients, not for the server')
    return { does: 'serve', port: portOf(values.port ?? String(defaultPort)), hostname: values.host ?? 'localhost' }
  }
  if (values.port !== undefined || values.host !== undefined) {
    throw new Error('--port and --host are for the server; a client gives the whole address, like ws://localhost:7000')
  }
  return { does: 'talk', url: urlOf(positionals[0] ?? `localhost:${defaultPort}`), name: values.name }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string', short: 'p' },
        host: { type: 'string' },
        name: { type: 'string', short: 'n' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw argumentError(error)
  }
}

function urlOf(text: string): string {
  const full = /^[a-z]+:\/\//i.test(text) ? text : `ws://${text}`
  if (!URL.canParse(full) || !/^wss?:$/.test(new URL(full).protocol)) {
    throw new Error(`'${text}' is no address of a chat; an example is ws://localhost:${defaultPort}`)
  }
  return full
}
