// `npm run firefox`: the playground in Firefox, which is heavier than what `npm test` brings.
import { ensureInstalled } from './installed.mjs'
import { requireNode } from './node-version.mjs'
import { runSteps } from './run-steps.mjs'
import { firefoxStep, stepsNamed } from './steps.mjs'

requireNode()
await ensureInstalled()
process.exitCode = (await runSteps([...stepsNamed(['build']), firefoxStep])) ? 0 : 1
