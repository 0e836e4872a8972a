import { useMemo } from 'preact/hooks'
import type { MetricsReading, SeriesName } from '../../../src/metrics/metrics-reading.js'
import { Chart, type ChartSeries } from '../charts/chart.js'
import { bytes, count, ms, percent } from '../parts/format.js'
import { Figures } from './figures.js'
import { Tiles } from './tiles.js'

/** The state of a server and its last five minutes. */
export function Dashboard({ reading }: { reading: MetricsReading | undefined }) {
  const seconds = useMemo(() => (reading === undefined ? [] : secondsOf(reading)), [reading])
  if (reading === undefined) return <p class="empty">Waiting for the first reading.</p>
  const { points } = reading.series
  const line = (name: SeriesName, label: string, colour: string, dashed = false): ChartSeries => ({
    label,
    colour,
    values: points[name],
    dashed,
  })
  const perSecond = (value: number): string => `${bytes(value)}/s`
  return (
    <div class="dashboard">
      <Tiles reading={reading} />
      <div class="charts">
        <Chart
          class="broad"
          title="Where the time goes"
          seconds={seconds}
          stacked
          max={1}
          format={percent}
          series={[
            line('update', 'update', 'c2'),
            line('handling', 'handling', 'c1'),
            line('network', 'network', 'c3'),
            line('idle', 'idle', 'c0'),
          ]}
        />
        <Chart
          title="Ticks per second"
          seconds={seconds}
          format={count}
          series={[line('ticksPerSecond', 'made', 'c1'), line('ticksDropped', 'dropped', 'c5')]}
        />
        <Chart
          title="Lateness of ticks"
          seconds={seconds}
          format={ms}
          series={[
            line('lateP50Ms', 'p50', 'c1'),
            line('lateP99Ms', 'p99', 'c4'),
            line('lateMaxMs', 'max', 'c5', true),
          ]}
        />
        <Chart
          title="Packets per second"
          seconds={seconds}
          format={count}
          series={[line('packetsIn', 'in', 'c3'), line('packetsOut', 'out', 'c1')]}
        />
        <Chart
          title="Bytes per second"
          seconds={seconds}
          format={perSecond}
          series={[line('bytesIn', 'in', 'c3'), line('bytesOut', 'out', 'c1')]}
        />
        <Chart
          title="Events to clients"
          seconds={seconds}
          format={count}
          series={[
            line('acked', 'acked', 'c3'),
            line('timedOut', 'timed out', 'c5'),
            line('pending', 'pending', 'c4', true),
          ]}
        />
        <Chart
          title="Sessions and rooms"
          seconds={seconds}
          format={count}
          series={[
            line('connected', 'connected', 'c1'),
            line('suspended', 'suspended', 'c4'),
            line('rooms', 'rooms', 'c2', true),
          ]}
        />
        <Chart
          title="Delay of the event loop"
          seconds={seconds}
          format={ms}
          series={[line('loopDelayP50Ms', 'p50', 'c1'), line('loopDelayP99Ms', 'p99', 'c4')]}
        />
        <Chart
          title="Memory"
          seconds={seconds}
          format={bytes}
          series={[line('rssBytes', 'process', 'c2'), line('heapUsedBytes', 'heap', 'c1')]}
        />
      </div>
      <Figures reading={reading} />
    </div>
  )
}

/** Seconds from the newest point. */
function secondsOf({ series: { points, everyMs } }: MetricsReading): number[] {
  const { length } = points.idle
  return Array.from({ length }, (_, index) => ((index - length + 1) * everyMs) / 1000)
}
