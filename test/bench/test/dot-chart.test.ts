import { describe, expect, it } from 'vitest'
import { drawDotChart } from '../src/report/dot-chart.js'

const chart = (values: (number | null)[]) =>
  drawDotChart({
    title: 'Bytes',
    reference: 'peer',
    lines: [{ name: 'one', values }],
    series: values.map((_, index) => `s${index}`),
  })

/** The places of the dots in the lines, in the order of the series, without those of the legend. */
function dotsOf(svg: string, seriesCount: number): number[] {
  const places = [...svg.matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]) => Number(x))
  return places.slice(seriesCount).toReversed()
}

describe('a dot chart', () => {
  it('puts equal ratios at equal distances, smaller ones further left', () => {
    const [low, middle, high] = dotsOf(chart([0.1, 1, 10]), 3)
    expect(high! - middle!).toBeCloseTo(middle! - low!, 0)
    expect(low).toBeLessThan(middle!)
  })

  it('has no dot for what was not measured and for 0', () => {
    expect(dotsOf(chart([null, 0, 2]), 3)).toHaveLength(1)
  })

  it('keeps all dots within the picture', () => {
    const svg = chart([0.00012, 43_000])
    const width = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1])
    for (const x of dotsOf(svg, 2)) expect(x >= 0 && x <= width).toBe(true)
  })
})
