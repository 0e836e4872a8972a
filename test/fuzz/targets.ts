import type { Target } from './target.js'
import { arrays } from './targets/arrays.js'
import { hello } from './targets/hello.js'
import { packet } from './targets/packet.js'
import { payload } from './targets/payload.js'
import { script } from './targets/script.js'
import { server } from './targets/server.js'
import { session } from './targets/session.js'
import { delta, snapshot } from './targets/state.js'
import { twin } from './targets/twin.js'
import { worst } from './targets/worst.js'

/** Everything that takes bytes from strangers. */
export const targets: readonly Target[] = [
  packet,
  hello,
  payload,
  snapshot,
  delta,
  twin,
  session,
  script,
  server,
  arrays,
  worst,
]

/** @throws Error for a name that no target has */
export function targetNamed(name: string): Target {
  const target = targets.find((candidate) => candidate.name === name)
  if (target === undefined) {
    throw new Error(`There is no target "${name}"; the targets are ${targets.map((one) => one.name).join(', ')}.`)
  }
  return target
}
