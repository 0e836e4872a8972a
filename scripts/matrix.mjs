// `npm run matrix`: what is published, from a registry on this machine, with programs that `npm test` is spared.
import { ensureInstalled } from './installed.mjs'
import { requireNode } from './node-version.mjs'
import { runSteps } from './run-steps.mjs'
import { matrixStep, stepsNamed } from './steps.mjs'

requireNode()
await ensureInstalled()
process.exitCode = (await runSteps([...stepsNamed(['registry']), matrixStep])) ? 0 : 1
