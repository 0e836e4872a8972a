export interface DotChart {
  title: string
  /** What lies at 1: the values are ratios to it. Undefined: they are figures of their own, and nought lies at the left end. */
  reference?: string
  /** One line of the chart each; series without a value there have no dot. */
  lines: readonly { name: string; values: readonly (number | null)[] }[]
  series: readonly string[]
}

const colours = ['#d1495b', '#30638e', '#8a8a8a', '#66a182', '#edae49']
const width = 760
/** For names of lines. */
const shortLabels = 90
const longLabels = 210
const lineHeight = 22
const top = 74
const bottom = 30

/** An SVG picture of ratios on a logarithmic scale: a line for each scene, a dot for each series. */
export function drawDotChart({ title, reference, lines, series }: DotChart): string {
  const isRatio = reference !== undefined
  const labelWidth = isRatio ? shortLabels : longLabels
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null && value > 0) as number[]
  const lowest = isRatio ? Math.floor(Math.log10(Math.min(0.1, ...values))) : -2
  const highest = Math.ceil(Math.log10(Math.max(10, ...values)))
  const right = width - 40
  const xOf = (value: number) =>
    labelWidth + ((Math.log10(Math.max(value, 10 ** lowest)) - lowest) / (highest - lowest)) * (right - labelWidth)
  const height = top + lines.length * lineHeight + bottom
  const end = height - bottom

  const decades = Array.from({ length: highest - lowest + 1 }, (_, index) => 10 ** (lowest + index))
  const scale = decades.flatMap((value) => [
    `<line x1="${round(xOf(value))}" y1="${top}" x2="${round(xOf(value))}" y2="${end}" stroke="${value === 1 ? '#555' : '#ddd'}"/>`,
    textAt(xOf(value), end + 18, 'middle', `${Number(value.toPrecision(1)).toLocaleString('en')}${isRatio ? '×' : ''}`),
  ])
  const legend = series.flatMap((name, index) => {
    const x = labelWidth + index * 130
    return [dot(x, 48, index), textAt(x + 10, 52, 'start', name)]
  })
  const dots = lines.flatMap(({ name, values: ofLine }, index) => {
    const y = top + (index + 0.5) * lineHeight
    const drawn = ofLine.flatMap((value, place) =>
      value === null || (isRatio && value <= 0) ? [] : [dot(xOf(value), y, place)],
    )
    return [
      `<line x1="${labelWidth}" y1="${y}" x2="${right}" y2="${y}" stroke="#eee"/>`,
      textAt(labelWidth - 10, y + 4, 'end', name),
      // the first series is drawn last, so that no other one hides it
      ...drawn.toReversed(),
    ]
  })
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${title}${isRatio ? ` in times of ${reference}` : ''}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${labelWidth}" y="24" font-size="15" fill="#222">${title}${isRatio ? `, in times of ${reference}` : ''}; further left is better</text>`,
    ...legend,
    ...scale,
    ...dots,
    '</svg>',
  ].join('\n')}\n`
}

function dot(x: number, y: number, series: number): string {
  return `<circle cx="${round(x)}" cy="${y}" r="5" fill="${colours[series % colours.length]}"/>`
}

function textAt(x: number, y: number, anchor: 'start' | 'middle' | 'end', content: string): string {
  return `<text x="${round(x)}" y="${y}" text-anchor="${anchor}" fill="#222">${content}</text>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
