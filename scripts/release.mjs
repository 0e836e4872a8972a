// `npm run release`: packs all public packages and publishes those whose version the registry does not have yet.
// `--check` only asks whether anything may be published, `--dry-run` publishes nothing, and `--tag NAME --provenance` is for workflows.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { isPlaceholder, projectAddress } from './addresses.mjs'
import { packPackages } from './pack.mjs'
import { inRoot } from './root.mjs'
import { runCommand } from './run-command.mjs'
import { publicPackageFolders } from './workspaces.mjs'

/**
 * Why nothing may be published now.
 * @param {string} address of the project
 * @param {readonly string[]} [changes] files of .changeset that no version has taken up yet
 * @param {{ tag: string, version: string }} [tagged] the tag that is released, and the version of the packages
 * @returns {string | undefined} undefined if all is well
 */
export function refusalToPublish(address, changes = [], tagged) {
  if (isPlaceholder(address)) {
    return `Nothing is published while the project has no address: config.address in package.json is ${address}. Set it, then: npm run addresses`
  }
  if (changes.length > 0) {
    return `Nothing is published while changes wait for a version (${changes.join(', ')}): npm run bump`
  }
  if (tagged !== undefined && tagged.tag !== `v${tagged.version}`) {
    return `Nothing is published: the tag ${tagged.tag} is not v${tagged.version}, the version of the packages`
  }
  return undefined
}

/** The files of changes that wait for a version. */
export function waitingChanges() {
  const folder = inRoot('.changeset')
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md')
}

/**
 * @param {{ dryRun: boolean, provenance: boolean }} options `provenance`: npm signs which commit and which run of a workflow
 *   have made the files
 */
async function release({ dryRun, provenance }) {
  await npm(['run', 'build'])
  for (const { name, version, file } of await packPackages(inRoot('.cache', 'release'), inOrder())) {
    const id = `${name}@${version}`
    const { exitCode } = await runCommand('npm', ['view', id, 'version', '--loglevel=silent'])
    if (exitCode === 0) {
      console.log(`${id} is published already`)
      continue
    }
    const flags = [...(provenance ? ['--provenance'] : []), ...(dryRun ? ['--dry-run'] : [])]
    await npm(['publish', file, '--access', 'public', ...flags])
    console.log(`${id} ${dryRun ? 'would be published' : 'published'}`)
  }
}

/**
 * The folders of the public packages, each behind those that it needs: whoever installs meanwhile finds them all.
 * @returns {string[]}
 */
export function inOrder() {
  /** @type {Map<string, { folder: string, needs: string[] }>} */
  const packages = new Map()
  for (const folder of publicPackageFolders()) {
    const {
      name,
      dependencies = {},
      peerDependencies = {},
    } = JSON.parse(readFileSync(inRoot(folder, 'package.json'), 'utf8'))
    packages.set(name, { folder, needs: Object.keys({ ...dependencies, ...peerDependencies }) })
  }
  /** @type {Set<string>} */
  const ordered = new Set()
  /** @param {string} name */
  const add = (name) => {
    const found = packages.get(name)
    if (found === undefined || ordered.has(found.folder)) return
    for (const needed of found.needs) add(needed)
    ordered.add(found.folder)
  }
  for (const name of packages.keys()) add(name)
  return [...ordered]
}

/** @param {string[]} args */
async function npm(args) {
  const { exitCode, output } = await runCommand('npm', args)
  if (exitCode !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${output}`)
}

if (process.argv[1] === inRoot('scripts', 'release.mjs')) {
  try {
    const { values } = parseArgs({
      options: {
        check: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
        provenance: { type: 'boolean' },
        tag: { type: 'string' },
      },
    })
    const { version } = JSON.parse(readFileSync(inRoot('packages', 'server', 'package.json'), 'utf8'))
    const tagged = values.tag === undefined ? undefined : { tag: values.tag, version }
    const refusal = refusalToPublish(projectAddress(), waitingChanges(), tagged)
    if (refusal !== undefined) throw new Error(refusal)
    if (!values.check) await release({ dryRun: values['dry-run'] === true, provenance: values.provenance === true })
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
