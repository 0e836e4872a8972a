import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const maxAllocated = 1024 * 1024
const program = fileURLToPath(new URL('./start.mjs', import.meta.url))

interface Row {
  readonly of: string
  /** What the base itself takes, where it is a large one. */
  readonly baseBytes: number
  readonly figures: readonly { readonly name: string; readonly length: number; readonly allocated: number }[]
  readonly search: { readonly allocated: number; readonly hex: string }
}

/** In a process of its own, where nothing else allocates. */
function measure(inputs: number, seed: number): Row[] {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [program, 'allocation/report', String(inputs), String(seed)],
    { encoding: 'utf8', timeout: 250_000 },
  )
  if (status !== 0) throw new Error(`it ended with ${status}: ${stderr}`)
  return JSON.parse(stdout) as Row[]
}

test('nor does one that a search for the hungriest finds', () => {
  const found = measure(300, 1).map(({ of, baseBytes, search }) => ({ of, baseBytes, ...search }))
  expect(found.filter(({ allocated, baseBytes }) => allocated > maxAllocated + baseBytes)).toEqual([])
  expect(found.filter(({ hex }) => hex.length > 200)).toEqual([])
})

test('a delta of at most 100 bytes makes its reader allocate less than 1 MB above what its base takes', () => {
  const rows = measure(0, 1)
  expect(rows.map(({ of }) => of)).toContain('a snapshot')
  const figures = rows.flatMap(({ of, baseBytes, figures: all }) => all.map((one) => ({ of, baseBytes, ...one })))
  expect(figures.filter(({ length }) => length > 100)).toEqual([])
  expect(figures.filter(({ allocated, baseBytes }) => allocated > maxAllocated + baseBytes)).toEqual([])
  // that something was measured: all rows of a large map that change have to be made anew
  expect(Math.max(...figures.map(({ allocated }) => allocated))).toBeGreaterThan(maxAllocated)
  const most = Math.max(...figures.filter(({ baseBytes }) => baseBytes === 0).map(({ allocated }) => allocated))
  console.log(`note: 100 bytes make a reader allocate ${Math.round(most / 1024)} KB at most`)
})
