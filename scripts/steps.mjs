import { chromiumPath } from './chromium.mjs'
import { tmuxPath } from './tmux.mjs'
import { publicPackageFolders, workspaceFolders } from './workspaces.mjs'

/**
 * One step of `npm test`: either programs, which count 1 together, or a project of vitest.config.ts, which counts its tests.
 * @typedef {object} Step
 * @property {string} name
 * @property {string} about one line for `--help`
 * @property {readonly string[]} [needs] names of steps that have to run before, also when only this one is asked for
 * @property {() => string[][]} [commands] names of installed programs with their arguments, run in order until one fails
 * @property {number} [atOnce] how many of the programs run at a time, 1 by default; only for those that do not need each other
 * @property {readonly string[]} [vitest] arguments for vitest; the project is named like the step
 * @property {() => Promise<Record<string, string>>} [prepare] makes the environment ready and returns what to add to it; when it
 *   throws, the step has failed with that message
 */

/** On two cores vitest takes one worker. Tests that look at no real time may use both. */
const twoWorkers = ['--maxWorkers=2']

/** @type {readonly Step[]} */
export const steps = [
  {
    name: 'lint',
    about: 'Biome: format, order of imports, lint',
    commands: () => [['biome', 'check', '--error-on-warnings', '.']],
  },
  {
    name: 'types',
    about: 'the TypeScript compiler over sources, tests and these scripts',
    commands: () => [
      ['tsc', '-b', '.', ...workspaceFolders('apps')],
      ...['tsconfig.tests.json', 'test', 'scripts'].map((project) => ['tsc', '-p', project]),
    ],
  },
  {
    name: 'build',
    about: 'every workspace, through turbo',
    commands: () => [['turbo', 'run', 'build', '--output-logs=errors-only']],
  },
  {
    name: 'publint',
    about: 'package.json of what is published',
    needs: ['build'],
    atOnce: 2,
    commands: () => publicPackageFolders().map((folder) => ['publint', 'run', folder, '--strict', '--pack', 'npm']),
  },
  {
    name: 'attw',
    about: 'whether the types of what is published are found',
    needs: ['build'],
    atOnce: 2,
    // old resolution is checked too; only `require` of an ES module is not offered
    commands: () =>
      publicPackageFolders().map((folder) => [
        ...['attw', '--pack', folder, '--profile', 'strict'],
        ...['--ignore-rules', 'cjs-resolves-to-esm'],
      ]),
  },
  {
    name: 'knip',
    about: 'files, exports and dependencies that nothing uses',
    commands: () => [['knip']],
  },
  { name: 'unit', about: 'tests of each package, app and script by itself', vitest: twoWorkers },
  { name: 'architecture', about: 'imports, words, sizes, documents, the bundle for the browser', vitest: twoWorkers },
  { name: 'docs', about: 'code and links in the Markdown pages', vitest: [] },
  { name: 'conformance', about: 'a decoder made from PROTOCOL.md alone reads what is sent', vitest: twoWorkers },
  { name: 'simulation', about: 'a server and its clients in virtual time over bad links', vitest: twoWorkers },
  {
    name: 'fuzz',
    about: 'random bytes, packets and sessions at every reader, more than a hundred thousand inputs',
    vitest: twoWorkers,
  },
  { name: 'e2e', about: 'a server and its clients over real sockets', vitest: [] },
  {
    name: 'browser',
    about: 'the demo and the arena in headless Chromium',
    needs: ['build'],
    // pages are timed, so no other test may use the processor meanwhile
    vitest: ['--no-file-parallelism'],
    prepare: async () => ({ CHROMIUM_PATH: await chromiumPath() }),
  },
  {
    name: 'terminal',
    about: 'the chat and the RPG in real terminals, by tmux',
    needs: ['build'],
    vitest: ['--no-file-parallelism'],
    prepare: async () => ({ TMUX_PATH: await tmuxPath() }),
  },
]

/**
 * The steps with these names and the steps that they need, in the order of the list.
 * @param {readonly string[]} names
 * @throws {Error} when there is no such step
 */
export function stepsNamed(names) {
  const wanted = new Set()
  /** @param {string} name */
  const want = (name) => {
    const step = steps.find((candidate) => candidate.name === name)
    if (step === undefined)
      throw new Error(`There is no step "${name}"; the steps are ${steps.map((s) => s.name).join(', ')}.`)
    wanted.add(step)
    for (const needed of step.needs ?? []) want(needed)
  }
  for (const name of names) want(name)
  return steps.filter((step) => wanted.has(step))
}
