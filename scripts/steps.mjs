import { readFileSync } from 'node:fs'
import { chromiumPath } from './chromium.mjs'
import { fetchTool } from './fetch-tool.mjs'
import { programPath, programs } from './programs.mjs'
import { inRoot } from './root.mjs'
import { workspaceFolders } from './workspaces.mjs'

/**
 * One step of `npm test`: programs, which count 1 together, or a project of vitest.config.ts, which counts its tests. Of both, the
 * programs make what the tests look at.
 * @typedef {object} Step
 * @property {string} name
 * @property {string} about one line for `--help`
 * @property {readonly string[]} [needs] names of steps that have to run before, also when only this one is asked for
 * @property {boolean} [beside] whether it may run beside another such step: it times nothing, and those that need what it makes name it
 * @property {() => string[][]} [commands] names of installed programs, or paths, with arguments, run in order until one fails
 * @property {readonly string[]} [vitest] arguments for vitest; the project is named like the step
 * @property {() => Promise<Record<string, string>>} [prepare] makes the environment ready and returns what to add to it; when it
 *   throws, the step has failed with that message
 */

/** On two cores vitest takes one worker. */
const twoWorkers = ['--maxWorkers=2']

/** Where `npm run pack` and the step `packed` put what is published. */
export const packedForSteps = inRoot('.cache', 'packed')

/** Compiles packages and apps into their `dist`. */
const compileAll = () => ['tsc', '-b', '.', ...workspaceFolders('apps')]

/** @param {string[]} args */
const turboBuild = (...args) => ['turbo', 'run', 'build', ...args, '--output-logs=errors-only']

/** Filters for what has a page, which the compiler alone does not build; the site is a step of its own. */
function withPages() {
  return [...workspaceFolders('packages'), ...workspaceFolders('apps')]
    .map((folder) => JSON.parse(readFileSync(inRoot(folder, 'package.json'), 'utf8')))
    .filter(({ scripts }) => scripts.build.includes('vite build'))
    .map(({ name }) => `--filter=${name}`)
}

/** In an order that lets none wait for long: first those that others need, then the long ones, one that waits beside one that computes. @type {readonly Step[]} */
export const steps = [
  {
    name: 'types',
    about: 'the TypeScript compiler over sources, tests and these scripts',
    commands: () => [
      compileAll(),
      ...['tsconfig.tests.json', 'scripts', 'docs/tutorial/code'].map((project) => ['tsc', '-p', project]),
    ],
  },
  {
    name: 'build',
    about: 'the packages, and the pages of every app but the site, through turbo',
    beside: true,
    // the compiler builds all packages at once: by turbo, with npm and the compiler for each of them, it takes ten times as long
    commands: () =>
      process.env.LONG === '1'
        ? [turboBuild('--filter=!@tygase/site')]
        : [compileAll(), turboBuild('--only', ...withPages())],
  },
  {
    name: 'lint',
    about: 'Biome: format, order of imports, lint',
    beside: true,
    commands: () => [['biome', 'check', '--error-on-warnings', '.']],
  },
  { name: 'unit', about: 'tests of each package, app and script by itself', beside: true, vitest: twoWorkers },
  {
    name: 'site',
    about: 'the site: pages, links, the search, texts for programs that read',
    needs: ['build'],
    beside: true,
    commands: () => [turboBuild('--only', '--filter=@tygase/site')],
    vitest: [],
  },
  {
    name: 'packed',
    about: 'what is published, packed: whether its types are found (attw), and its package.json (publint)',
    needs: ['build'],
    beside: true,
    commands: () => [[process.execPath, inRoot('scripts', 'check-packed.mjs')]],
  },
  {
    name: 'pages',
    about: 'the arena, the playground, the site, the tutorial and a template in headless Chromium',
    needs: ['build', 'site'],
    beside: true,
    vitest: twoWorkers,
    prepare: async () => ({ CHROMIUM_PATH: await chromiumPath() }),
  },
  {
    name: 'simulation',
    about: 'a server and its clients in virtual time over bad links',
    beside: true,
    vitest: twoWorkers,
  },
  {
    name: 'e2e',
    about: 'a server and its clients over real sockets',
    beside: true,
    vitest: twoWorkers,
  },
  {
    name: 'registry',
    about: 'published to a registry on this machine, installed by name, compiled, bundled and played',
    needs: ['build'],
    beside: true,
    // one set of packed packages and one registry for all tests
    vitest: ['--no-file-parallelism'],
  },
  {
    name: 'fuzz',
    about: 'random bytes, packets and sessions at every reader, tens of thousands of inputs',
    beside: true,
    vitest: twoWorkers,
  },
  {
    name: 'terminal',
    about: 'the chat and the RPG in real terminals, by tmux',
    needs: ['build'],
    beside: true,
    vitest: twoWorkers,
    prepare: async () => ({ TMUX_PATH: await programPath(programs.tmux) }),
  },
  {
    name: 'architecture',
    about: 'imports, words, sizes, documents, the bundle for the browser',
    beside: true,
    vitest: [],
  },
  {
    name: 'cluster',
    about: 'engines of a cluster in real processes: workers of one machine, NATS, and the demo',
    needs: ['build'],
    beside: true,
    vitest: ['--no-file-parallelism'],
    prepare: async () => ({
      NATS_SERVER_PATH: await programPath(programs.nats),
      CHROMIUM_PATH: await chromiumPath(),
    }),
  },
  { name: 'conformance', about: 'a decoder made from PROTOCOL.md alone reads what is sent', beside: true, vitest: [] },
  {
    name: 'knip',
    about: 'files, exports and dependencies that nothing uses',
    beside: true,
    commands: () => [['knip']],
  },
  { name: 'docs', about: 'code and links in the Markdown pages', beside: true, vitest: [] },
  {
    name: 'proxies',
    about: 'servers behind nginx and Caddy, as the pages on production and operations have them',
    beside: true,
    vitest: ['--no-file-parallelism'],
    prepare: async () => ({
      NGINX_PATH: await programPath(programs.nginx),
      CADDY_PATH: await programPath(programs.caddy),
      NATS_SERVER_PATH: await programPath(programs.nats),
    }),
  },
  {
    name: 'browser',
    about: 'pages of the demo and the arena that are timed, in headless Chromium',
    needs: ['build'],
    // pages are timed, so none has another beside it
    vitest: ['--no-file-parallelism'],
    prepare: async () => ({ CHROMIUM_PATH: await chromiumPath() }),
  },
]

/** Beside `npm test`: what needs programs that npm has to bring first, a hundred megabytes of them. @type {Step} */
export const matrixStep = {
  name: 'matrix',
  about: 'what is published, on other runtimes, test runners, compilers and bundlers, and new games from each template',
  vitest: ['--no-file-parallelism'],
  prepare: async () => ({ CHROMIUM_PATH: await chromiumPath() }),
}

/** Beside `npm test`: Firefox, and what drives it over WebDriver BiDi. @type {Step} */
export const firefoxStep = {
  name: 'firefox',
  about: 'the playground in headless Firefox',
  vitest: ['--no-file-parallelism'],
  prepare: async () => ({
    FIREFOX_PATH: await programPath(programs.firefox),
    DRIVER_MODULES: await fetchTool('firefox', ['puppeteer-core@24']),
  }),
}

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
