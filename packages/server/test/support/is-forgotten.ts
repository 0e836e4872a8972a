import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Whether nothing keeps an object any more. @param make makes it, and keeps it nowhere that should not */
export async function isForgotten(make: () => object | Promise<object>): Promise<boolean> {
  // of its own, so that no frame of the caller holds it
  const ref = await (async () => new WeakRef(await make()))()
  for (let round = 0; round < 10 && ref.deref() !== undefined; round++) {
    // what a `WeakRef` has given stays until the turn of the event loop is over
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
  }
  return ref.deref() === undefined
}
