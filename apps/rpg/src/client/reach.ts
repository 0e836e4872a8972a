import { connect } from 'node:net'

/** As long as a client tries to connect. */
const reachMs = 5000
const tryAgainMs = 250

/**
 * Resolves when something listens at the address, also where that starts a little later: the world itself answers to nobody who has not
 * logged in. @throws Error with a sentence for people, as a rejection
 */
export async function reach(url: string, forMs = reachMs): Promise<void> {
  const untilMs = performance.now() + forMs
  while (!(await isListening(new URL(url), untilMs - performance.now()))) {
    if (performance.now() + tryAgainMs > untilMs) throw new Error(`There is no way into ${url}: nobody answers there`)
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
