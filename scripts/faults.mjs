// `npm run faults`: puts each deliberate fault of test/faults into a copy of the repository and checks that a test fails.
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { copyTree } from './copy-tree.mjs'
import { changesOf, readFaults } from './fault-patches.mjs'
import { ensureInstalled } from './installed.mjs'
import { runCommand } from './run-command.mjs'
import { failuresOf } from './vitest-report.mjs'

const help = `npm run faults                  every fault
npm run faults -- --only NAME   one, or several with commas between them`

/** With a fault a simulation may wait for an event that never comes. */
const limit = { processorMs: 5 * 60_000, idleMs: 2 * 60_000 }

const { values } = parseArgs({ options: { only: { type: 'string' }, help: { type: 'boolean' } } })
if (values.help) console.log(help)
else process.exitCode = (await runFaults(values.only?.split(','))) ? 0 : 1

/**
 * @param {readonly string[] | undefined} names
 * @returns {Promise<boolean>} whether all were caught
 */
async function runFaults(names) {
  await ensureInstalled()
  const faults = readFaults().filter(({ name }) => names === undefined || names.includes(name))
  const tree = realpathSync(mkdtempSync(join(tmpdir(), 'tygase-faults-')))
  try {
    copyTree(tree)
    const files = [...new Set(faults.flatMap(({ tests }) => tests))]
    const { failure, output } = await runTests(tree, files)
    if (failure !== undefined || files.length === 0) {
      console.log(`These tests fail without any fault, or there are none: ${failure ?? 'no test'}\n${output}`)
      return false
    }
    let caught = 0
    for (const fault of faults) if (await isCaught(fault, tree)) caught++
    console.log(`${caught} of ${faults.length} faults were caught`)
    return caught === faults.length
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
}

/**
 * @param {import('./fault-patches.mjs').Fault} fault
 * @param {string} tree
 */
async function isCaught(fault, tree) {
  const startedAt = performance.now()
  /** @param {string} verdict @param {string} why */
  const say = (verdict, why) => {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
    console.log(`${verdict.padEnd(9)} ${fault.name}, after ${seconds} s: ${why}`)
  }
  /** @type {ReturnType<typeof changesOf>} */
  let changes
  try {
    changes = changesOf(fault, tree)
  } catch (error) {
    say('OUTDATED', error instanceof Error ? error.message : String(error))
    return false
  }
  for (const { path, after } of changes) writeFileSync(path, after)
  const { failure, hasRun } = await runTests(tree, fault.tests)
  for (const { path, before } of changes) writeFileSync(path, before)
  if (!hasRun) say('BROKEN', `the tests do not run at all with it: ${failure}`)
  else if (failure === undefined) say('SURVIVED', fault.what)
  else say('caught', failure)
  return hasRun && failure !== undefined
}

/**
 * @param {string} tree
 * @param {readonly string[]} files
 * @returns {Promise<{ failure: string | undefined, hasRun: boolean, output: string }>} the first test that failed, if one did
 */
async function runTests(tree, files) {
  const reportFile = join(tree, 'report.json')
  rmSync(reportFile, { force: true })
  const vitest = join(tree, 'node_modules', 'vitest', 'vitest.mjs')
  const options = ['run', '--bail=1', '--root', tree, '--reporter=json', `--outputFile=${reportFile}`]
  // the same seeds each time: a fault that is caught by luck does not count as caught
  const env = { SEED: '1' }
  const { exitCode, output } = await runCommand(process.execPath, [vitest, ...options, ...files], {
    cwd: tree,
    env,
    limit,
  })
  const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : undefined
  const failure = failuresOf(report)[0]
  const hasRun = report !== undefined && report.numTotalTests > 0 && (exitCode === 0 || failure !== undefined)
  return { failure: failure ?? (exitCode === 0 ? undefined : `vitest ended with ${exitCode}`), hasRun, output }
}
