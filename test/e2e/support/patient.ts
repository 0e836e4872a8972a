import { connect as connectOnce } from '@tygase/client'
import { dispatchArguments } from '@tygase/gamestate/internal'

/** Many clients may connect at once on a slow machine. */
const connectTimeoutMs = 50_000

/** How long clients of these tests wait for an answer or a state: by default it is seconds, and a busy machine takes longer. */
const patience = { timeoutMs: 120_000 }

type Method = (first: unknown, ...rest: unknown[]) => Promise<unknown>

async function connectPatiently(address: never, options?: object): Promise<unknown> {
  const connection = await connectOnce(address, { timeoutMs: connectTimeoutMs, ...options })
  const waitUntil = connection.waitUntil as Method
  const request = connection.request as Method
  return Object.assign(connection, {
    waitUntil: (predicate: unknown, own?: object) => waitUntil(predicate, { ...patience, ...own }),
    request: (name: unknown, ...args: unknown[]) => {
      const { data, options: own } = dispatchArguments(args, ['timeoutMs', 'retries'])
      return request(name, data, { ...patience, ...own })
    },
  })
}

/** `connect`, for a client that waits for as long as a busy machine may take, unless a test says otherwise. */
// reason: it has all signatures of `connect`, which cannot be written down again
export const connect = connectPatiently as unknown as typeof connectOnce
