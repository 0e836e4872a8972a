/** A line of `/metrics`. */
interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What `/metrics` says: samples, and the type of each metric. */
export interface Exposition {
  readonly samples: readonly Sample[]
  readonly types: ReadonlyMap<string, string>
}

const escaped: Readonly<Record<string, string>> = { n: '\n', '\\': '\\', '"': '"' }

/** Reads the text format of Prometheus, version 0.0.4, by its description: it knows no prom-client. Throws for other lines. */
export function readExposition(text: string): Exposition {
  const samples: Sample[] = []
  const types = new Map<string, string>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue
    const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary|untyped)$/.exec(line)
    if (type) types.set(type[1]!, type[2]!)
    else samples.push(readSample(line))
  }
  return { samples, types }
}

function readSample(line: string): Sample {
  const [, name, inBraces = '', number] =
    /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\]|\\[n"\\])*",?)*)\})? (\S+)$/.exec(line) ?? []
  if (name === undefined || number === undefined) throw new Error(`cannot read: ${line}`)
  const labels: Record<string, string> = {}
  for (const [, key, text] of inBraces.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\[n"\\])*)"/g)) {
    labels[key!] = text!.replaceAll(/\\(.)/g, (_, letter: string) => escaped[letter]!)
  }
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number)
  // Prometheus itself reads numbers in any case
  if (Number.isNaN(value) && number.toLowerCase() !== 'nan') throw new Error(`no number: ${line}`)
  return { name, labels, value }
}

/** The value of a sample; undefined if there is none, or more than one. */
export function sampleOf(
  { samples }: Exposition,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = samples.filter(
    (sample) => sample.name === name && Object.entries(labels).every(([key, text]) => sample.labels[key] === text),
  )
  return found.length === 1 ? found[0]!.value : undefined
}
