/**
 * Makes an input shorter while it goes on to fail in the same way.
 * @param fails whether an input does
 */
export async function shorten(input: Uint8Array, fails: (input: Uint8Array) => Promise<boolean>): Promise<Uint8Array> {
  let shortest = input
  for (let size = shortest.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at + size <= shortest.length; ) {
      const candidate = new Uint8Array(shortest.length - size)
      candidate.set(shortest.subarray(0, at))
      candidate.set(shortest.subarray(at + size), at)
      if (await fails(candidate)) shortest = candidate
      else at += size
    }
  }
  return shortest
}
