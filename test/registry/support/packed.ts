import { join } from 'node:path'
import { packPackages } from '../../../scripts/pack.mjs'
import { root } from '../../architecture/repository.js'

export type PackedPackage = Awaited<ReturnType<typeof packPackages>>[number]

/** Where the packed packages lie, and in `stages` the files of each. */
export const packedFolder = join(root, '.cache/registry')

let packed: Promise<readonly PackedPackage[]> | undefined

/** The public packages as a release publishes them, packed once for all tests of a process. */
export function packedPackages(): Promise<readonly PackedPackage[]> {
  packed ??= packPackages(packedFolder)
  return packed
}
