import { connect } from 'node:net'

/** Time limit, as that of `connect`. */
const reachMs = 5000
const tryAgainMs = 250

/**
 * Resolves when a server listens at the address, also if it starts a little later. The world itself answers only to clients
 * that log in. @throws as a rejection: Error with a sentence for people
 */
export async function reach(url: string, forMs = reachMs): Promise<void> {
  const untilMs = performance.now() + forMs
  while (!(await isListening(new URL(url), untilMs - performance.now()))) {
    if (performance.now() + tryAgainMs > untilMs)
      throw new Error(`There is no way into ${url}: no server answers there`)
    await new Promise((resolve) => setTimeout(resolve, tryAgainMs))
  }
}

function isListening({ protocol, hostname, port }: URL, timeoutMs: number): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) || (protocol === 'wss:' ? 443 : 80) })
    const end = (isThere: boolean) => (): void => {
      resolve(isThere)
      socket.destroy()
    }
    socket.setTimeout(Math.max(1, timeoutMs), end(false))
    socket.once('connect', end(true)).once('error', end(false))
  })
}
