import { markdownRow } from '../../report/figures-table.js'
import type { BundleSize } from '../bundle-sizes.js'

export function bundlesTable(sizes: readonly BundleSize[]): string {
  return [
    ['library', 'min kB', 'min + gzip kB'],
    ['---', '---:', '---:'],
    ...sizes.map(({ library, minified, gzipped }) => [`\`${library}\``, kilobytes(minified), kilobytes(gzipped)]),
  ]
    .map(markdownRow)
    .join('\n')
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1)
}
