import { Server, ServerError } from '@tygase/server'
import type { LineTerminal } from '@tygase/terminal'
import { chat } from '../chat.js'
import { ChatServer, maxChannels } from './chat-server.js'

export interface ServeOptions {
  /** 0: a free port. */
  port: number
  hostname: string
}

/** Serves a chat until interrupted. @returns the exit code. @throws Error with a sentence for people */
export async function serve(
  options: ServeOptions,
  terminal: LineTerminal,
  untilInterrupted: Promise<void>,
): Promise<number> {
  const { port, hostname } = options
  const server = new Server({ game: chat, channels: { maxChannels }, logger: terminal.logger })
  new ChatServer(server, performance, Date.now)
  try {
    await server.run({ port, hostname })
  } catch (error) {
    if (!(error instanceof ServerError) || error.code !== 'port_in_use') throw error
    throw new Error(`Port ${port} is in use. Take another one: --port ${port + 1}`)
  }
  const url = `ws://${hostname.includes(':') ? `[${hostname}]` : hostname}:${server.port}`
  terminal.print(`The chat is on: ${url}`)
  terminal.print(terminal.styled('dim', `Join it:  npm run chat -- --name NAME ${url}     Ctrl-C ends it.`))
  await untilInterrupted
  await server.shutdown({ reason: 'the server was shut down', endSessions: true })
  terminal.print('The server has shut down. Bye.')
  return 0
}
