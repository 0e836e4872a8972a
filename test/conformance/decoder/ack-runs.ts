import { type ByteReader, refuse } from './bytes.js'

export type Outcome = { readonly returned: Uint8Array } | { readonly code: string; readonly message: string }

export type Run =
  | { readonly type: 'skip' | 'done' | 'lost'; readonly count: number }
  | { readonly type: 'outcomes'; readonly count: number; readonly outcomes: readonly Outcome[] }

const types = ['skip', 'done', 'lost', 'outcomes'] as const
const maxRuns = 131072

export function readRuns(bytes: ByteReader, count: number): Run[] {
  if (count > maxRuns) refuse('more runs than an ack may have')
  const runs: Run[] = []
  for (let index = 0; index < count; index++) {
    const run = readRun(bytes)
    if (run.type === runs.at(-1)?.type) refuse('two neighbouring runs of one type')
    runs.push(run)
  }
  if (runs.at(0)?.type === 'skip' || runs.at(-1)?.type === 'skip') refuse('an ack begins or ends with a skip')
  return runs
}

function readRun(bytes: ByteReader): Run {
  const header = bytes.varuint()
  const type = types[header % 4]!
  const count = Math.floor(header / 4) + 1
  if (type !== 'outcomes') return { type, count }
  if (count > maxRuns) refuse('more outcomes than a run may have')
  return { type, count, outcomes: Array.from({ length: count }, () => readOutcome(bytes)) }
}

function readOutcome(bytes: ByteReader): Outcome {
  const header = bytes.varuint()
  if (header === 1) return { code: bytes.string(), message: bytes.string() }
  if (header === 0 || header % 2 === 1) refuse('an outcome is 1 or twice a number of bytes')
  return { returned: bytes.raw(header / 2) }
}
