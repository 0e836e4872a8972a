import { describe, expect, it } from 'vitest'
import { readText } from '../architecture/repository.js'
import { readFigures, withFigures } from '../bench/src/report/figures.js'
import { formatBytes, formatNumber } from '../bench/src/report/format.js'

const page = readText('docs/internals/benchmarks.md')

/** The cells of the rows of a table of the page, below a heading. */
function rowsBelow(heading: string): string[][] {
  const [, section = ''] = page.split(`${heading}\n`)
  return section
    .split(/\n#+ /)[0]!
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).split(' | '))
}

function numberOf(cell: string | undefined): number {
  return Number(cell?.replaceAll(',', ''))
}

describe('docs/internals/benchmarks.json', () => {
  const { scenes, rooms, bundles } = readFigures()

  it.each(Object.entries(scenes))('has the figures of the page for %s', (scene, systems) => {
    const rows = rowsBelow(`### ${scene}`).slice(2)
    expect(rows.map(([system]) => system)).toEqual(Object.keys(systems))
    for (const [system = '', bytesPerTick, , snapshotBytes, serverMs] of rows) {
      const row = systems[system]!
      const shown = [formatBytes(row.bytesPerTick), formatBytes(row.snapshotBytes), formatNumber(row.serverMs)]
      expect([bytesPerTick, snapshotBytes, serverMs].map(numberOf)).toEqual(shown.map(numberOf))
    }
  })

  it('has the figures of the page for a server with many clients', () => {
    const shown = rowsBelow('### One room').slice(2)
    expect(shown.map(([clients, system, cpu, , bytes]) => [clients, system, cpu, bytes])).toEqual(
      rooms.map(({ clients, system, cpuUs, bytesPerSecond }) => [
        clients.toLocaleString('en'),
        `\`${system}\``,
        formatNumber(cpuUs),
        formatNumber(bytesPerSecond),
      ]),
    )
  })

  it('has the figures of the page for what a page loads', () => {
    const shown = rowsBelow('### Bundles').slice(2)
    const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1)
    expect(shown).toEqual(
      Object.entries(bundles).map(([library, { minifiedBytes, gzippedBytes }]) => [
        `\`${library}\``,
        kilobytes(minifiedBytes),
        kilobytes(gzippedBytes),
      ]),
    )
  })
})

describe('README.md', () => {
  it('has the figures of docs/internals/benchmarks.json, as `npm run readme` writes them', async () => {
    await expect(withFigures(readText('README.md'), readFigures())).toMatchFileSnapshot('../../README.md')
  })
})
