import type { LightClient, NetClients, WholeClient } from './systems/net-system.js'

/** Clients that keep a replica, as players do; the others only count, so that their process has time to spare. */
export const wholeClients = 4

/** Light clients that join at a time. */
const joinsAtOnce = 20

/**
 * @param wholeCount so many of them keep a replica, the first ones
 * @returns what counts the updates of all and the bytes of the light ones, which are all but the first few
 */
export async function joinAll(
  { join, joinLightly }: NetClients,
  port: number,
  count: number,
  wholeCount = wholeClients,
): Promise<() => { updates: number[]; lightBytes: number[] }> {
  const whole: WholeClient[] = []
  const light: LightClient[] = []
  while (whole.length < wholeCount) whole.push(await join(port))
  while (whole.length + light.length < count) {
    const missing = count - whole.length - light.length
    light.push(...(await Promise.all(Array.from({ length: Math.min(missing, joinsAtOnce) }, () => joinLightly(port)))))
  }
  return () => ({
    updates: [...whole, ...light].map((client) => client.updates()),
    lightBytes: light.map((client) => client.bytes()),
  })
}
