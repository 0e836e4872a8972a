import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { often } from '../../support/effort.js'
import { fuzz } from '../campaign.js'
import { targets } from '../targets.js'
import { Watch } from '../watch.js'

export const foundFolder = fileURLToPath(new URL('../found', import.meta.url))

/** For each seed, of which `npm run long` has two. `npm run fuzz` tries as many as one likes. */
const inputsPerSeed = often(25_000, 70_000)

/** Declares a test for each target. The targets share the inputs. */
export function testAllTargets(seed: number): void {
  const shares = targets.reduce((sum, { share }) => sum + share, 0)
  const watch = new Watch(
    targets.map(({ name }) => name),
    foundFolder,
  )
  let inputs = 0
  afterAll(async () => {
    await watch.stop()
    console.log(`note: fuzz: ${inputs} inputs with seed ${seed}; again: SEED=${seed} npm test -- --only fuzz`)
  })

  test.each(targets)('$name: $about', async (target) => {
    const count = Math.ceil((inputsPerSeed * target.share) / shares)
    const { failures, accepted } = await fuzz(target, count, seed, { foundFolder, watch })
    inputs += count
    expect(failures, `again: npm run fuzz -- --target ${target.name} --inputs ${count} --seed ${seed}`).toEqual([])
    // a target that accepts no input tests nothing
    expect(accepted).toBeGreaterThan(count / 50)
  })
}
