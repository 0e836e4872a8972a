// `npm run bump`: takes up the changes that wait in .changeset. Their sentences go to the top of CHANGELOG.md, and all
// versions go up by the largest step of them, in each package.json and in package-lock.json.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { waitingChanges } from './release.mjs'
import { inRoot, programPath } from './root.mjs'
import { runCommand } from './run-command.mjs'

/** @typedef {'major' | 'minor' | 'patch'} ChangeSize */
/** @typedef {{ size: ChangeSize, text: string }} Change */

/** @type {Readonly<Record<ChangeSize, string>>} */
const headings = { major: 'Changes that break', minor: 'New', patch: 'Mended' }

/**
 * @param {string} file text of a file of .changeset
 * @returns {Change} with the largest of its steps
 * @throws {Error} if it names no package and step, or says nothing
 */
export function changeOf(file) {
  const [, head = '', text = ''] = /^---\n([\s\S]*?)\n?---\n([\s\S]*)$/.exec(file) ?? []
  const sizes = [...head.matchAll(/^["']?[@\w/-]+["']?: *(major|minor|patch)$/gm)].map(([, size]) => size)
  const size = /** @type {ChangeSize[]} */ (['major', 'minor', 'patch']).find((step) => sizes.includes(step))
  if (size === undefined || text.trim() === '')
    throw new Error(`This is no change with a package, a step and a text:\n${file}`)
  return { size, text: text.trim() }
}

/**
 * The part of a change log for one version: what breaks first.
 * @param {string} version
 * @param {readonly Change[]} changes
 */
export function sectionOf(version, changes) {
  const parts = /** @type {ChangeSize[]} */ (['major', 'minor', 'patch']).flatMap((size) => {
    const texts = changes
      .filter((change) => change.size === size)
      .map(({ text }) => `- ${text.replaceAll('\n', '\n  ')}`)
    return texts.length === 0 ? [] : [`### ${headings[size]}\n\n${texts.join('\n')}`]
  })
  return `## ${version}\n\n${parts.join('\n\n')}\n`
}

/**
 * @param {string} log text of CHANGELOG.md: an introduction, then a part for each version, the newest first
 * @param {string} section
 */
export function withSection(log, section) {
  const first = log.indexOf('\n## ')
  const [head, rest] = first === -1 ? [log.trimEnd(), ''] : [log.slice(0, first).trimEnd(), log.slice(first)]
  return `${head}\n\n${section}${rest}`
}

/** The keys of a package.json that a lock file repeats. */
const locked = ['version', 'dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']

/**
 * Gives the workspaces of a lock file the versions that their package.json has now. npm would ask a registry for it, and drop
 * the packages of other platforms that this one does not have.
 * @param {{ packages: Record<string, Record<string, unknown>> }} lock is changed
 * @param {(folder: string) => Record<string, unknown>} manifestIn
 */
export function updateLock(lock, manifestIn) {
  for (const [folder, entry] of Object.entries(lock.packages)) {
    if (folder === '' || folder.includes('node_modules')) continue
    const manifest = manifestIn(folder)
    for (const key of locked) if (manifest[key] !== undefined) entry[key] = manifest[key]
  }
}

/** @param {string} path */
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))

async function version() {
  const files = waitingChanges()
  if (files.length === 0) throw new Error('No change waits in .changeset: npx changeset writes one.')
  const changes = files.map((name) => changeOf(readFileSync(inRoot('.changeset', name), 'utf8')))
  const { exitCode, output } = await runCommand(programPath('changeset'), ['version'])
  if (exitCode !== 0) throw new Error(output)
  const lockFile = inRoot('package-lock.json')
  const lock = readJson(lockFile)
  updateLock(lock, (folder) => readJson(inRoot(folder, 'package.json')))
  writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`)
  const { version: next } = readJson(inRoot('packages', 'server', 'package.json'))
  const log = inRoot('CHANGELOG.md')
  writeFileSync(log, withSection(readFileSync(log, 'utf8'), sectionOf(next, changes)))
  console.log(
    `Version ${next}, with ${changes.length} changes. Read CHANGELOG.md, run npm test, commit, and tag it v${next}.`,
  )
}

if (process.argv[1] === join(inRoot('scripts'), 'version.mjs')) {
  try {
    await version()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
