import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { runBeside } from './beside.mjs'
import { inRoot, programPath } from './root.mjs'
import { runCommand } from './run-command.mjs'
import { failuresOf, tallyOf } from './vitest-report.mjs'

/**
 * @typedef {import('./steps.mjs').Step} Step
 * @typedef {{ passed: number, failed: number, output: string, failures: string[], processorMs: number }} StepResult `failures`: a
 *   line for each; `processorMs`: of all programs of the step, 0 if the system does not say
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
 * Runs all steps, also after a failure, in the order of the list and two beside each other if they allow it. Prints a line for
 * each step when it has ended, and the output of each failed one. The last line is `N passed, N failed`; names and first lines
 * of what failed stand above it, for a log of which only the end is kept. Lines of a test's output that begin with `note: ` are
 * always printed.
 * @param {readonly Step[]} steps
 * @param {{ node?: string }} [options] `node`: the Node to run vitest with, this one by default
 * @returns {Promise<boolean>} true if nothing failed
 */
export async function runSteps(steps, { node = process.execPath } = {}) {
  let passed = 0
  let failed = 0
  /** @type {string[]} */
  const failedSteps = []
  /** @type {string[]} */
  const failures = []
  // what vitest has made of sources that may be others now, see vitest.config.ts
  rmSync(inRoot('.cache', 'modules'), { recursive: true, force: true })
  const environments = prepareAll(steps)
  await runBeside(steps, async (step) => {
    const startedAt = performance.now()
    const result = await runStep(step, node, environments)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    passed += result.passed
    failed += result.failed
    const used = result.processorMs === 0 ? '' : `, ${(result.processorMs / 1000).toFixed(1)} s of processor time`
    const count = step.vitest ? `, ${result.passed} passed, ${result.failed} failed` : ''
    console.log(`${step.name.padEnd(14)}${result.failed === 0 ? 'ok' : 'FAILED'} after ${seconds} s${used}${count}`)
    if (result.failed > 0) {
      failedSteps.push(step.name)
      failures.push(...result.failures.map((failure) => `${step.name}: ${failure}`))
      console.log(indent(result.output))
    } else {
      for (const line of result.output.split('\n')) if (line.startsWith('note: ')) console.log(`  ${line.slice(6)}`)
    }
  })
  if (failedSteps.length > 0) {
    console.log(`\nFailed: ${failedSteps.join(', ')}. Again: npm test -- --only ${failedSteps.join(',')}`)
    console.log(indent(failures.join('\n')))
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0
}

/**
 * Begins to bring what steps need, one after the other, while the first steps run: it takes the network more than the processor.
 * @param {readonly Step[]} steps
 * @returns {ReadonlyMap<Step, Promise<Record<string, string> | Error>>} what each adds to the environment, or why it cannot
 */
function prepareAll(steps) {
  /** @type {Map<Step, Promise<Record<string, string> | Error>>} */
  const prepared = new Map()
  /** @type {Promise<unknown>} */
  let last = Promise.resolve()
  for (const step of steps) {
    const { prepare } = step
    if (prepare === undefined) continue
    const next = last.then(prepare).catch((error) => (error instanceof Error ? error : new Error(String(error))))
    prepared.set(step, next)
    last = next
  }
  return prepared
}

/**
 * @param {Step} step
 * @param {string} node
 * @param {ReturnType<typeof prepareAll>} environments
 * @returns {Promise<StepResult>}
 */
async function runStep(step, node, environments) {
  const own = (await environments.get(step)) ?? {}
  if (own instanceof Error) {
    return { passed: 0, failed: 1, output: own.message, failures: [firstLine(own.message)], processorMs: 0 }
  }
  const env = { ...quiet, ...own }
  const made = step.commands === undefined ? undefined : await runPrograms(step.commands(), env)
  if (made !== undefined && (made.failed > 0 || step.vitest === undefined)) return made
  const tested = await runVitest(step.name, step.vitest ?? [], node, env)
  return { ...tested, processorMs: tested.processorMs + (made?.processorMs ?? 0) }
}

/**
 * @param {string[][]} commands
 * @param {Record<string, string>} env
 * @returns {Promise<StepResult>}
 */
async function runPrograms(commands, env) {
  let usedMs = 0
  for (const [program = '', ...args] of commands) {
    const {
      exitCode,
      output,
      processorMs = 0,
    } = await runCommand(isAbsolute(program) ? program : programPath(program), args, {
      env,
      limit: stepLimit,
    })
    usedMs += processorMs
    if (exitCode === 0) continue
    const command = `$ ${program} ${args.join(' ')}`
    return { passed: 0, failed: 1, output: `${command}\n${output}`, failures: [command], processorMs: usedMs }
  }
  return { passed: 1, failed: 0, output: '', failures: [], processorMs: usedMs }
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
  const {
    exitCode,
    output,
    processorMs = 0,
  } = await runCommand(
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
    { env: { ...env, STEP: project }, limit: stepLimit },
  )
  const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : undefined
  const tally = tallyOf(report, exitCode)
  return {
    passed: tally.passed,
    failed: tally.failed,
    output: [output, ...tally.complaints].join('\n'),
    failures: [...failuresOf(report), ...tally.complaints],
    processorMs,
  }
}

/** @param {string} text */
const firstLine = (text) => text.split('\n')[0] ?? ''

/** @param {string} text */
function indent(text) {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}
