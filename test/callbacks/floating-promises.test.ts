import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { findFloatingPromises } from './floating-promises.js'

const neverRejects = 'close of a link waits for a transport or a timer, and never rejects'

/** Promises that never reject, with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  "packages/client/src/connection.ts: this.#link.close('disconnected', reason)": neverRejects,
  "packages/client/src/connection.ts: this.#link.close('malformed', 'a snapshot of the server cannot be read')":
    neverRejects,
  "packages/client/src/connection.ts: this.#link.close('malformed', 'the server does not say what game it is')":
    neverRejects,
  "packages/client/src/events.ts: this.#link.close('malformed', reason)": neverRejects,
  'packages/server/src/auth.ts: promise.then(resolve, reject).finally(cancel)':
    'both ends are handled; cancel of a clock does not throw',
  'packages/storage/src/lmdb-storage.ts: written.then(() => this.#late--)': 'made of a promise with both ends handled',
}

test('nobody drops a promise that may reject', { timeout: 120_000 }, () => {
  const found = findFloatingPromises(fileURLToPath(new URL('../..', import.meta.url)))
  expect(found.sort()).toEqual(Object.keys(exceptions).sort())
})
