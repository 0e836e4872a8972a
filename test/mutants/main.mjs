// `npm run mutants`: puts small faults into the sources, one at a time, and tells which of them no test near by notices.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import ts from 'typescript-6'
import { inRoot, root } from '../../scripts/root.mjs'
import { runCommand } from '../../scripts/run-command.mjs'
import { failuresOf } from '../../scripts/vitest-report.mjs'
import { mutantsOf } from './find-mutants.mjs'
import { hitsFile, withFault } from './mutate-plugin.mjs'

/** @typedef {import('./find-mutants.mjs').Mutant} Mutant */
/** @typedef {{ caught: boolean, why: string }} Verdict */

const help = `npm run mutants                       300 faults, drawn at random; prints the seed
npm run mutants -- --sample N         N faults
npm run mutants -- --seed S           the same faults again
npm run mutants -- --only 17,42       only these numbers of the sample
npm run mutants -- --from N --to M    only the numbers from N to M of the sample
npm run mutants -- --afresh           also those that an earlier run of the same sample has seen caught
npm run mutants -- --files PART       only in files whose path has PART
npm run mutants -- --tests PART       only with test files whose path has PART
npm run mutants -- --json FILE        writes each fault with its verdict to a file`

/** Where a fault would be costly: the ways of state, events and clients, and the doors. */
const places = [
  'packages/protocol/src/{session,events,wire}',
  'packages/server/src/{sending,entrance,events,clients,rooms}',
  'packages/gamestate/src/{store.ts,machine.ts,transaction.ts,rules,rows,codec}',
  'packages/http/src',
  'packages/auth/src',
]
const tests = [
  'packages/{gamestate,protocol,server,client,testkit,http,auth}/test',
  'test/conformance',
  'test/simulation/seeds-{connection,delivery,events,sync}.test.ts',
  // for what only a journal, a hand-over or a session of another process reaches
  'test/simulation/{journal-cases,resume-cases,rooms}.test.ts',
  // quick ones, for sources that nothing but real sockets or whole clients reach
  'test/e2e/{block-list,http,http-web-sockets,listening,origins,presence,proxies,tls}.test.ts',
]
/** Tests of one fault run in three goes: those near by first. */
const goes = [4, 16, 30]
/** Tests without a fault use a fraction of it. With one they may wait for an event that never comes. */
const idleMs = 60_000
/** @param {number} files */
const processorMsOf = (files) => 25_000 + 1500 * files
/** All tests run once before the first fault. */
const markProgressMs = 30_000
const cache = inRoot('.cache', 'mutants')
const hits = join(cache, 'hits')
const passed = { exitCode: 0, output: '' }
const listFile = join(cache, 'mutants.json')
/** The faults of the list that were caught, one a line: a run that was stopped goes on there. */
const caughtFile = join(cache, 'caught.jsonl')
const config = inRoot('test', 'mutants', 'vitest.config.mjs')

const { values } = parseArgs({
  options: {
    sample: { type: 'string', default: '300' },
    seed: { type: 'string' },
    only: { type: 'string' },
    from: { type: 'string', default: '0' },
    to: { type: 'string' },
    afresh: { type: 'boolean', default: false },
    files: { type: 'string', default: '' },
    tests: { type: 'string', default: '' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
})
if (values.help) console.log(help)
else process.exitCode = (await main()) ? 0 : 1

async function main() {
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
  const all = sourceFiles()
    .filter((file) => file.includes(values.files))
    .flatMap((file) => mutantsOf(file, readFileSync(inRoot(file), 'utf8')))
  const mutants = sampleOf(all, Number(values.sample), seed)
  console.log(`${mutants.length} of ${all.length} faults, seed ${seed}`)
  keepMarksOf(mutants)
  const reached = await markAll(mutants)
  if (reached === undefined) return false
  const numbers = numbersOf(mutants)
  const verdicts = await judgeAll(numbers, mutants, reached, seed)
  return report(numbers, mutants, verdicts, seed)
}

/**
 * The faults of the sample that are tried.
 * @param {readonly Mutant[]} mutants
 */
function numbersOf(mutants) {
  if (values.only !== undefined) return values.only.split(',').map(Number)
  const [from, to] = [Number(values.from), Number(values.to ?? mutants.length - 1)]
  return mutants.map((_, number) => number).filter((number) => number >= from && number <= to)
}

function sourceFiles() {
  return places.flatMap((place) => expand(place)).filter((file) => file.endsWith('.ts') && !file.endsWith('index.ts'))
}

/**
 * @param {string} pattern folders and files, with one choice in braces
 * @returns {string[]} paths of all files there
 */
function expand(pattern) {
  const [, before = pattern, choice = '', after = ''] = /^(.*)\{(.*)\}(.*)$/.exec(pattern) ?? []
  const paths = choice === '' ? [pattern] : choice.split(',').map((each) => before + each + after)
  return paths.flatMap((path) => {
    if (path.endsWith('.ts')) return [path]
    const entries = readdirSync(inRoot(path), { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)))
  })
}

/**
 * A fault that is no program says nothing about the tests.
 * @param {Mutant} mutant
 */
function compiles(mutant) {
  const code = withFault(readFileSync(inRoot(mutant.file), 'utf8'), mutant)
  return (ts.transpileModule(code, { reportDiagnostics: true }).diagnostics ?? []).length === 0
}

/**
 * What was marked for the same faults is good for another run. @param {readonly Mutant[]} mutants
 */
function keepMarksOf(mutants) {
  const list = JSON.stringify(mutants)
  const isSame = existsSync(listFile) && readFileSync(listFile, 'utf8') === list
  if (!isSame) rmSync(cache, { recursive: true, force: true })
  mkdirSync(hits, { recursive: true })
  writeFileSync(listFile, list)
}

/**
 * Runs all tests once without a fault, except those that were marked since they were changed. Tests that fail are left out.
 * @param {readonly Mutant[]} mutants
 * @returns {Promise<string[][] | undefined>} for each mutant the test files that reach its place; undefined if no test runs
 */
async function markAll(mutants) {
  const chosen = tests.flatMap(expand).filter((file) => file.endsWith('.test.ts') && file.includes(values.tests))
  const unmarked = chosen.filter((file) => !isMarked(file))
  console.log(`which of ${unmarked.length} test files reach which fault?`)
  const before = readdirSync(hits).length
  const note = () => console.log(`  ${readdirSync(hits).length - before} of ${unmarked.length}`)
  const timer = setInterval(note, markProgressMs)
  const { exitCode, output } = unmarked.length === 0 ? passed : await vitest(unmarked, { HITS: hits }, 'marks')
  clearInterval(timer)
  const failing = exitCode === 0 ? [] : failingFiles(join(cache, 'report-marks.json'))
  if (exitCode !== 0 && failing.length === 0) {
    console.log(`The tests cannot be run without a fault.\n${output.slice(-4000)}`)
    return undefined
  }
  for (const file of failing) {
    console.log(`fails without a fault, and is left out: ${file}`)
    rmSync(hitsFile(hits, inRoot(file)), { force: true })
  }
  /** @type {string[][]} */
  const reached = mutants.map(() => [])
  for (const file of chosen.filter(isMarked)) {
    const numbers = JSON.parse(readFileSync(hitsFile(hits, inRoot(file)), 'utf8'))
    for (const number of numbers) reached[number]?.push(file)
  }
  return reached
}

/** @param {string} file */
function isMarked(file) {
  const marked = statSync(hitsFile(hits, inRoot(file)), { throwIfNoEntry: false })
  return marked !== undefined && marked.mtimeMs > statSync(inRoot(file)).mtimeMs
}

/** @param {string} reportFile */
function failingFiles(reportFile) {
  if (!existsSync(reportFile)) return []
  /** @type {{ testResults: { name: string, status: string }[] }} */
  const { testResults } = JSON.parse(readFileSync(reportFile, 'utf8'))
  return testResults.filter(({ status }) => status !== 'passed').map(({ name }) => relative(root, name))
}

/**
 * @param {readonly number[]} numbers
 * @param {readonly Mutant[]} mutants
 * @param {readonly string[][]} reached
 * @param {number} seed
 */
async function judgeAll(numbers, mutants, reached, seed) {
  /** @type {Map<number, Verdict>} */
  const verdicts = values.afresh || values.only !== undefined ? new Map() : caughtBefore(numbers)
  let caught = verdicts.size
  if (caught > 0) console.log(`${caught} of ${numbers.length} were caught by an earlier run`)
  // in any order, so that also a run that is stopped has tried faults of all places
  const waiting = shuffled(numbers, seed).filter((number) => !verdicts.has(number))
  const work = async () => {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
      const mutant = /** @type {Mutant} */ (mutants[number])
      const verdict = await judge(number, mutant, reached[number] ?? [])
      verdicts.set(number, verdict)
      if (verdict.caught) {
        caught++
        appendFileSync(caughtFile, `${JSON.stringify({ number, verdict })}\n`)
      } else console.log(survivorText(number, mutant, verdict, seed))
      if (verdicts.size % 10 === 0) console.log(`${verdicts.size} of ${numbers.length} tried, ${caught} caught`)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(availableParallelism(), 4)) }, work))
  return verdicts
}

/**
 * Faults of this list that an earlier run has seen caught. Survivors are tried again: there may be a test for them now.
 * @param {readonly number[]} numbers
 * @returns {Map<number, Verdict>}
 */
function caughtBefore(numbers) {
  if (!existsSync(caughtFile)) return new Map()
  const lines = readFileSync(caughtFile, 'utf8').trim().split('\n')
  /** @type {{ number: number, verdict: Verdict }[]} */
  const entries = lines.map((line) => JSON.parse(line))
  return new Map(
    entries.filter(({ number }) => numbers.includes(number)).map(({ number, verdict }) => [number, verdict]),
  )
}

/**
 * What there is to know about a survivor, as soon as it is one.
 * @param {number} number
 * @param {Mutant} mutant
 * @param {Verdict} verdict
 * @param {number} seed
 */
function survivorText(number, { file, line, what }, { why }, seed) {
  const options = ['sample', 'files', 'tests'].flatMap((name) => {
    const value = values[/** @type {'sample' | 'files' | 'tests'} */ (name)]
    return value === '' ? [] : [`--${name} ${value}`]
  })
  const again = `npm run mutants -- --seed ${seed} ${options.join(' ')} --only ${number}`
  return `SURVIVED ${number} ${file}:${line} ${what}: ${why}\n  ${again}`
}

/**
 * @param {number} number
 * @param {Mutant} mutant
 * @param {readonly string[]} files the tests that reach it
 * @returns {Promise<Verdict>}
 */
async function judge(number, mutant, files) {
  const near = [...files].sort((a, b) => distance(a, mutant.file) - distance(b, mutant.file))
  let from = 0
  for (const count of goes) {
    const some = near.slice(from, from + count)
    from += count
    if (some.length === 0) break
    const { failure } = await vitest(some, { MUTANT: String(number) }, String(number))
    if (failure !== undefined) return { caught: true, why: failure.slice(0, 100) }
  }
  return {
    caught: false,
    why: files.length === 0 ? 'no test reaches it' : `${Math.min(files.length, from)} test files pass`,
  }
}

/**
 * How far a test is from a source: its own test is near, then those of its folder and package.
 * @param {string} test
 * @param {string} source
 */
function distance(test, source) {
  const name = source.split('/').at(-1)?.replace(/\.ts$/, '') ?? ''
  if (test.split('/').at(-1) === `${name}.test.ts`) return 0
  const folders = source.replace('/src/', '/test/').split('/').slice(0, -1)
  let shared = 0
  while (shared < folders.length && test.split('/')[shared] === folders[shared]) shared++
  return 10 - shared
}

/**
 * @param {readonly string[]} files
 * @param {Record<string, string>} env
 * @param {string} name of the report
 */
async function vitest(files, env, name) {
  const reportFile = join(cache, `report-${name}.json`)
  rmSync(reportFile, { force: true })
  const program = inRoot('node_modules', 'vitest', 'vitest.mjs')
  const options = ['run', `--config=${config}`, '--reporter=json', `--outputFile=${reportFile}`]
  const bail = env.MUTANT === undefined ? [] : ['--bail=1']
  const { exitCode, output } = await runCommand(process.execPath, [program, ...options, ...bail, ...files], {
    // the same seeds each time: a fault that is caught by luck does not count as caught
    // a fault may also fill the memory
    env: { SEED: '1', MUTANTS: listFile, NODE_OPTIONS: '--max-old-space-size=1500', ...env },
    limit: { idleMs, processorMs: env.MUTANT === undefined ? 20 * 60_000 : processorMsOf(files.length) },
  })
  if (exitCode === 0) return { exitCode, output, failure: undefined }
  let failure = output.trimEnd().split('\n').at(-1) ?? ''
  try {
    failure = failuresOf(JSON.parse(readFileSync(reportFile, 'utf8')))[0] ?? failure
  } catch {
    // it was stopped before it could write one
  }
  return { exitCode, output, failure: failure.replaceAll(/\s+/g, ' ') }
}

/**
 * @param {readonly number[]} numbers
 * @param {readonly Mutant[]} mutants
 * @param {Map<number, Verdict>} verdicts
 * @param {number} seed
 * @returns {boolean} whether each survivor is explained
 */
function report(numbers, mutants, verdicts, seed) {
  const explanations = readExplanations()
  let caught = 0
  let explained = 0
  const rows = []
  for (const number of numbers) {
    const mutant = /** @type {Mutant} */ (mutants[number])
    const verdict = /** @type {Verdict} */ (verdicts.get(number))
    const why = verdict.caught ? undefined : explanationOf(mutant, explanations)
    rows.push({ number, ...mutant, ...verdict, explained: why })
    if (verdict.caught) caught++
    else if (why !== undefined) explained++
    else console.log(`not explained: ${number} ${mutant.file}:${mutant.line} ${mutant.what}`)
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`)
  const share = ((caught / numbers.length) * 100).toFixed(1)
  console.log(
    `${caught} of ${numbers.length} faults were caught (${share} %), ${explained} are explained, seed ${seed}`,
  )
  return caught + explained === numbers.length
}

/**
 * Draws faults at random, the same for the same seed.
 * @param {readonly Mutant[]} all
 * @param {number} count
 * @param {number} seed whole number from 0
 * @returns {Mutant[]} in the order of `all`
 */
function sampleOf(all, count, seed) {
  const next = randomOf(seed)
  const left = all.map((_, place) => place)
  /** @type {number[]} */
  const chosen = []
  while (chosen.length < count && left.length > 0) {
    const at = Math.floor(next() * left.length)
    const place = /** @type {number} */ (left[at])
    left[at] = /** @type {number} */ (left.at(-1))
    left.pop()
    if (compiles(/** @type {Mutant} */ (all[place]))) chosen.push(place)
  }
  return chosen.sort((a, b) => a - b).map((place) => /** @type {Mutant} */ (all[place]))
}

/**
 * @param {number} seed whole number from 0
 * @returns {() => number} from 0 to below 1
 */
function randomOf(seed) {
  let state = seed >>> 0
  // mulberry32, by Tommy Ettinger, in the public domain
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * @param {readonly number[]} numbers
 * @param {number} seed
 */
function shuffled(numbers, seed) {
  const next = randomOf(seed)
  const keys = new Map(numbers.map((number) => [number, next()]))
  return [...numbers].sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0))
}

/**
 * @typedef {object} Explanation
 * @property {string} file path from the root of the repository
 * @property {string} code the whole line, without the spaces around it
 * @property {string} what of the mutants of the line, as the run names it; empty for all of them
 * @property {string} why a sentence
 */

/** @returns {Explanation[]} */
function readExplanations() {
  return JSON.parse(readFileSync(inRoot('test', 'mutants', 'explained.json'), 'utf8'))
}

/**
 * @param {Mutant} mutant
 * @param {readonly Explanation[]} explanations
 * @returns {string | undefined} why it is no fault; undefined if nobody has said so
 */
function explanationOf({ file, line, what }, explanations) {
  const code = readFileSync(inRoot(file), 'utf8').split('\n')[line - 1]?.trim()
  const isOf = (/** @type {Explanation} */ each) =>
    each.file === file && each.code === code && (each.what === '' || each.what === what)
  return explanations.find(isOf)?.why
}
