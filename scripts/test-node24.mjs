// `npm run test:node24`: the unit and the e2e tests on Node 24, whatever Node runs this.
import { fetchNode } from './fetch-node.mjs'
import { ensureInstalled } from './installed.mjs'
import { requireNode } from './node-version.mjs'
import { runCommand } from './run-command.mjs'
import { runSteps } from './run-steps.mjs'
import { stepsNamed } from './steps.mjs'

requireNode()
await ensureInstalled()
try {
  const node = await fetchNode(24)
  const { output } = await runCommand(node, ['--version'])
  console.log(`Node ${output.trim()}`)
  process.exitCode = (await runSteps(stepsNamed(['unit', 'e2e']), { node })) ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
