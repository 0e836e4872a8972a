import { channelActions } from '@tygase/protocol/internal'
import type { Genes } from './genes.js'
import type { World } from './world.js'

/** Deepest nesting that a payload may have. */
const mostLevels = 31
/** Values in a payload, at most. */
const mostValues = 65_000
/** Bytes of one text, at most. */
const mostTextBytes = 60_000

/**
 * The content of a payload: shapes that cost, in all sizes.
 * @param most values in it, about
 */
export function inventValue(genes: Genes, world: World, most = mostValues): unknown {
  return valueWithin(genes, world, most, 0)
}

/** Contents that reserved events of clients expect. The test of the generator fails for a reserved event that is in no list. */
export const reservedContents: { readonly [name: string]: (genes: Genes, world: World, most?: number) => unknown } = {
  $channels(genes, world, most) {
    const scope = genes.pick(['room', 'server'])
    const subject = genes.oneIn(2) ? genes.size(2000) : genes.pick(world.channels)
    const kind = genes.pick(['text', 'json'])
    const content =
      kind === 'text'
        ? 'x'.repeat(genes.size(Math.min(mostTextBytes, most ?? mostTextBytes)))
        : inventValue(genes, world, most)
    return [genes.pick(channelActions), scope, subject, kind, content]
  },
  $shutdown: () => undefined,
  $effects: () => undefined,
  $presence: (genes, world, most) => inventValue(genes, world, genes.oneIn(2) ? 100 : most),
}

/** Reserved events that only a server sends. A client may try. */
export const reservedOfServers: readonly string[] = ['$game', '$joined', '$members', '$channel', '$digest', '$moving']

function valueWithin(genes: Genes, world: World, most: number, level: number): unknown {
  const shape = level >= 4 || most < 2 ? genes.below(3) : genes.below(10)
  switch (shape) {
    case 0:
      return genes.pick([null, 0, 1, -1, 0.1, Number.NaN, 1e300, true, ''])
    case 1:
      return genes.pick(world.texts)
    case 2:
      return genes.pick(['x', 'é', '\u{1F600}', '\ud800']).repeat(genes.size(Math.min(mostTextBytes / 4, most)))
    case 3:
      return new Uint8Array(genes.size(Math.min(mostTextBytes, most)))
    case 4: {
      const count = genes.size(most)
      return copies(valueWithin(genes, world, most / Math.max(1, count) - 1, level + 1), count)
    }
    case 5:
      return Array.from({ length: 1 + genes.below(6) }, () => valueWithin(genes, world, most / 8, level + 1))
    case 6:
    case 7: {
      const count = genes.size(most / 2)
      return objectOf(genes, count, valueWithin(genes, world, most / 2 / Math.max(1, count) - 1, level + 1))
    }
    case 8:
      return nested(genes, valueWithin(genes, world, most - mostLevels, 4))
    default: {
      const keys = genes.size(100)
      const like = objectOf(genes, keys, valueWithin(genes, world, 2, 4))
      return copies(like, genes.size(most / (2 * keys + 1)))
    }
  }
}

function copies(value: unknown, count: number): unknown[] {
  return new Array(count).fill(value)
}

function objectOf(genes: Genes, count: number, value: unknown): object {
  const prefix = genes.pick(['', 'k', 'a long key of an object, ', 'é'])
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index.toString(36)}`, value]))
}

function nested(genes: Genes, inside: unknown): unknown {
  const asArray = genes.oneIn(2)
  let value = inside
  for (let level = genes.below(mostLevels); level > 0; level--) value = asArray ? [value] : { a: value }
  return value
}
