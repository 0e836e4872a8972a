import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { addressesOf, projectAddress } from './addresses.mjs'
import { inRoot } from './root.mjs'
import { runCommand } from './run-command.mjs'
import { publicPackageFolders } from './workspaces.mjs'

/**
 * @typedef {{ path: string, size: number }} PackedFile
 * @typedef {object} PackedPackage
 * @property {string} name
 * @property {string} version
 * @property {string} file absolute path of the packed package
 * @property {number} bytes of the packed package
 * @property {readonly PackedFile[]} files
 */

/** Pages that every package brings, whether or not its README leads to them. */
const pagesOfAll = ['CHANGELOG.md', 'docs/reference/compatibility.md']
const link = /(!?)\[((?:[^[\]]|\[[^[\]]*\])*)\]\(([^)\s#]*)(#[^)]*)?\)/g
const code = /^\s*(`{3,})[\s\S]*?^\s*\1|`[^`\n]*`/gm

/**
 * Packs public packages as they are published: built before, with the pages that their READMEs lead to, and with links that
 * hold outside of the repository. Both the release and the tests against a registry take these files.
 * @param {string} destination a folder, which is made
 * @param {readonly string[]} [folders] all public packages unless given
 * @returns {Promise<PackedPackage[]>}
 * @throws {Error} with npm's output if it cannot pack
 */
export async function packPackages(destination, folders = publicPackageFolders()) {
  mkdirSync(destination, { recursive: true })
  const listed = await npmPack(['--dry-run', ...folders.map((folder) => `./${folder}`)])
  const stages = folders.map((folder, index) => {
    const stage = join(destination, 'stages', posix.basename(folder))
    rmSync(stage, { recursive: true, force: true })
    const paths = (listed[index]?.files ?? []).map(({ path }) => path)
    for (const path of withoutLeftovers(paths, folder)) {
      mkdirSync(dirname(join(stage, path)), { recursive: true })
      cpSync(inRoot(folder, path), join(stage, path))
    }
    addPages(folder, stage)
    return stage
  })
  const packed = await npmPack(['--pack-destination', destination, ...stages])
  return packed.map(({ name, version, size, filename, files }) => ({
    name,
    version,
    bytes: size,
    file: join(destination, filename),
    files,
  }))
}

/**
 * The compiler leaves the output of a source that is gone. Its map still names the source.
 * @param {readonly string[]} paths in a package
 * @param {string} folder of the package
 */
function withoutLeftovers(paths, folder) {
  const gone = paths.filter((path) => {
    if (!path.endsWith('.js.map')) return false
    /** @type {{ sources: string[] }} */
    const { sources } = JSON.parse(readFileSync(inRoot(folder, path), 'utf8'))
    return sources.every((source) => !existsSync(inRoot(folder, dirname(path), source)))
  })
  const leftovers = new Set(
    gone.flatMap((path) =>
      ['.js', '.js.map', '.d.ts', '.d.ts.map'].map((end) => path.slice(0, -'.js.map'.length) + end),
    ),
  )
  return paths.filter((path) => !leftovers.has(path))
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<{ name: string, version: string, size: number, filename: string, files: PackedFile[] }[]>} in the order of
 *   the folders
 */
async function npmPack(args) {
  const { exitCode, output } = await runCommand('npm', [
    'pack',
    '--json',
    '--ignore-scripts',
    '--loglevel=error',
    ...args,
  ])
  if (exitCode !== 0) throw new Error(`npm pack failed:\n${output}`)
  return JSON.parse(output)
}

/**
 * @param {string} folder
 * @param {string} stage
 */
function addPages(folder, stage) {
  const manifestFile = join(stage, 'package.json')
  const { devDependencies: _, scripts: __, ...manifest } = JSON.parse(readFileSync(manifestFile, 'utf8'))
  const readme = `${folder}/README.md`
  const text = readFileSync(inRoot(readme), 'utf8')
  const inPackage = new Set([...pagesOfAll, ...linkedPages(text, readme)])
  const { version } = manifest
  writeFileSync(join(stage, 'README.md'), absoluteLinks(text, readme, version))
  for (const page of inPackage) {
    mkdirSync(dirname(join(stage, page)), { recursive: true })
    writeFileSync(join(stage, page), absoluteLinks(readFileSync(inRoot(page), 'utf8'), page, version, inPackage))
  }
  writeFileSync(join(stage, 'llms.txt'), contentsOf(manifest, stage, ['README.md', ...inPackage]))
  const files = [...manifest.files, ...inPackage, 'llms.txt']
  writeFileSync(manifestFile, `${JSON.stringify({ ...manifest, files }, null, 2)}\n`)
}

/**
 * `llms.txt` of a package, which tools that write code look for beside its package.json: its pages with their titles. See
 * llmstxt.org.
 * @param {{ name: string, description: string }} manifest
 * @param {string} stage
 * @param {readonly string[]} pages in the package
 */
function contentsOf({ name, description }, stage, pages) {
  const lines = pages.map((page) => {
    const [, title = page] = /^# (.+)$/m.exec(readFileSync(join(stage, page), 'utf8')) ?? []
    return `- [${title}](${page})`
  })
  return `# ${name}\n\n> ${description}\n\n## Pages\n\n${lines.join('\n')}\n`
}

/**
 * The pages of the project that a page leads to, without those of packages and apps.
 * @param {string} text
 * @param {string} page relative to the root
 * @returns {string[]} relative to the root
 */
export function linkedPages(text, page) {
  return [...text.replaceAll(code, '').matchAll(link)]
    .map(([, , , target = '']) => posix.join(posix.dirname(page), target))
    .filter((path) => /^(?:docs\/.*|[A-Z]+)\.md$/.test(path))
}

/**
 * A page whose links to files lead to the release on the web. Links within the page, to the web, and to pages of `kept` stay.
 * @param {string} text
 * @param {string} page relative to the root
 * @param {string} version of the release
 * @param {ReadonlySet<string>} [kept] pages that lie beside it, by the same path
 */
export function absoluteLinks(text, page, version, kept = new Set()) {
  const { page: pageOf, raw } = addressesOf(projectAddress())
  /** @type {string[]} */
  const codes = []
  const hidden = text.replaceAll(code, (block) => `\0${codes.push(block) - 1}\0`)
  const linked = hidden.replaceAll(link, (whole, picture, label, target, anchor = '') => {
    const path = posix.join(posix.dirname(page), target)
    if (target === '' || /^[a-z]+:/.test(target) || kept.has(path)) return whole
    return `${picture}[${label}](${picture === '!' ? raw(path, version) : pageOf(path, version)}${anchor})`
  })
  return linked.replaceAll(/\0(\d+)\0/g, (_, index) => codes[Number(index)] ?? '')
}
