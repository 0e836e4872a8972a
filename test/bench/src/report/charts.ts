import type { Compared } from '../scene-figures.js'
import { peerName, systems } from '../systems/systems.js'
import { drawDotChart } from './dot-chart.js'

type ChartedRatio = 'bytesPerTick' | 'snapshotBytes' | 'serverMs' | 'clientMs'

const charts: { name: string; title: string; ratio: ChartedRatio }[] = [
  { name: 'bench-bytes', title: 'Bytes per tick', ratio: 'bytesPerTick' },
  { name: 'bench-snapshot', title: 'Snapshot bytes', ratio: 'snapshotBytes' },
  { name: 'bench-server', title: 'Server time', ratio: 'serverMs' },
  { name: 'bench-client', title: 'Client time', ratio: 'clientMs' },
]

export interface Chart {
  /** The file's name without its ending. */
  name: string
  title: string
  svg: string
}

/** Pictures of the ratios to the peer. Scenes in which there are none are left out. */
export function drawCharts(rows: readonly Compared[]): Chart[] {
  const scenes = [...new Set(rows.map((row) => row.scene))]
  return charts.map(({ name, title, ratio }) => {
    const lines = scenes
      .map((scene) => ({ name: scene, values: systems.map((system) => ratioOf(rows, scene, system.name, ratio)) }))
      .filter(({ values }) => values.some((value) => value !== null))
    const series = systems.map((system) => system.name)
    return { name, title, svg: drawDotChart({ title, reference: peerName, lines, series }) }
  })
}

function ratioOf(rows: readonly Compared[], scene: string, system: string, ratio: ChartedRatio) {
  return rows.find((row) => row.scene === scene && row.system === system)?.ratios[ratio] ?? null
}
