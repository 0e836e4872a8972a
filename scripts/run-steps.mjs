import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { inRoot, programPath } from './root.mjs'
import { runCommand } from './run-command.mjs'
import { tallyOf } from './vitest-report.mjs'

/**
 * @typedef {import('./steps.mjs').Step} Step
 * @typedef {{ passed: number, failed: number, output: string }} StepResult
 */

/**
 * A step that hangs must not keep the others from running. No step uses a quarter of this processor time, and none is
 * idle for long: these limits hold however busy the machine is.
 * @type {import('./run-command.mjs').RunLimit}
 */
const stepLimit = { processorMs: 20 * 60_000, idleMs: 5 * 60_000 }

/** No program that runs here may report its use to its makers. */
const quiet = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }

/**
 * Runs steps one after the other, also after a failure. Prints a line for each step and the output of each failed one; the
 * last line is `N passed, N failed`. Lines of a test's output that begin with `note: ` are always printed.
 * @param {readonly Step[]} steps
 * @param {{ node?: string }} [options] `node`: the Node to run vitest with, this one by default
 * @returns {Promise<boolean>} true if nothing failed
 */
export async function runSteps(steps, { node = process.execPath } = {}) {
  let passed = 0
  let failed = 0
  /** @type {string[]} */
  const failures = []
  for (const step of steps) {
    process.stdout.write(`${step.name.padEnd(14)}`)
    const startedAt = performance.now()
    const result = await runStep(step, node)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    passed += result.passed
    failed += result.failed
    const count = step.vitest ? `, ${result.passed} passed, ${result.failed} failed` : ''
    console.log(`${result.failed === 0 ? 'ok' : 'FAILED'} after ${seconds} s${count}`)
    if (result.failed > 0) {
      failures.push(step.name)
      console.log(indent(result.output))
    } else {
      for (const line of result.output.split('\n')) if (line.startsWith('note: ')) console.log(`  ${line.slice(6)}`)
    }
  }
  if (failures.length > 0)
    console.log(`\nFailed: ${failures.join(', ')}. Again: npm test -- --only ${failures.join(',')}`)
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0
}

/**
 * @param {Step} step
 * @param {string} node
 * @returns {Promise<StepResult>}
 */
async function runStep(step, node) {
  let env = quiet
  try {
    env = { ...quiet, ...(await step.prepare?.()) }
  } catch (error) {
    return { passed: 0, failed: 1, output: error instanceof Error ? error.message : String(error) }
  }
  return step.vitest
    ? runVitest(step.name, step.vitest, node, env)
    : runPrograms(step.commands?.() ?? [], env, step.atOnce)
}

/**
 * @param {string[][]} commands
 * @param {Record<string, string>} env
 * @param {number} [atOnce] how many run at a time
 * @returns {Promise<StepResult>}
 */
async function runPrograms(commands, env, atOnce = 1) {
  const waiting = [...commands]
  /** @type {string | undefined} */
  let complaint
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined && complaint === undefined; next = waiting.shift()) {
      const [program = '', ...args] = next
      const { exitCode, output } = await runCommand(programPath(program), args, { env, limit: stepLimit })
      if (exitCode !== 0) complaint ??= `$ ${program} ${args.join(' ')}\n${output}`
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return complaint === undefined ? { passed: 1, failed: 0, output: '' } : { passed: 0, failed: 1, output: complaint }
}

/**
 * @param {string} project
 * @param {readonly string[]} args
 * @param {string} node
 * @param {Record<string, string>} env
 * @returns {Promise<StepResult>}
 */
async function runVitest(project, args, node, env) {
  mkdirSync(inRoot('.cache', 'test'), { recursive: true })
  const reportFile = inRoot('.cache', 'test', `${project}.json`)
  rmSync(reportFile, { force: true })
  const { exitCode, output } = await runCommand(
    node,
    [
      inRoot('node_modules', 'vitest', 'vitest.mjs'),
      'run',
      `--project=${project}`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...args,
    ],
    { env, limit: stepLimit },
  )
  const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : undefined
  const tally = tallyOf(report, exitCode)
  return { passed: tally.passed, failed: tally.failed, output: [output, ...tally.complaints].join('\n') }
}

/** @param {string} text */
function indent(text) {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}
