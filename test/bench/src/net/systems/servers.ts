import type { NetSystemName, Serve } from './net-system.js'

/** Starts a server of a system; a process loads only the one that it runs. */
export async function serve(system: NetSystemName, onTick: () => void): Promise<number> {
  return (await loaders[system]())(onTick)
}

const loaders: Record<NetSystemName, () => Promise<Serve>> = {
  tygase: async () => (await import('./tygase-server.js')).serveTygase,
  colyseus: async () => (await import('./colyseus-server.js')).serveColyseus,
  'socket.io': async () => (await import('./socket-io-server.js')).serveSocketIo,
}
