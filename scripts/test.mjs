// `npm test`: everything, from a fresh clone, with the result in the last line.
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { ensureInstalled } from './installed.mjs'
import { requireNode } from './node-version.mjs'
import { runSteps } from './run-steps.mjs'
import { steps, stepsNamed } from './steps.mjs'

requireNode()

const help = `npm test                       runs every step
npm test -- --only unit,e2e    runs some, and what they need
npm run long                   runs them longer: hours of play, more cases and inputs, each template and tool task; takes --only too
SEED=7 npm test                draws other cases: without it, npm test has the same seed every time, and npm run long a fresh one

${steps.map((step) => `  ${step.name.padEnd(14)}${step.about}`).join('\n')}`

try {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, long: { type: 'boolean' }, help: { type: 'boolean' } },
  })
  if (values.help) {
    console.log(help)
  } else {
    const chosen = values.only === undefined ? steps : stepsNamed(values.only.split(','))
    // read by the tests
    if (values.long) process.env.LONG = '1'
    // a change is judged by the same cases as the one before it; new cases are found by longer runs
    const { env } = process
    env.SEED ??= values.long ? String(randomInt(2 ** 31)) : '1'
    console.log(`seed ${env.SEED}`)
    await ensureInstalled()
    process.exitCode = (await runSteps(chosen)) ? 0 : 1
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
