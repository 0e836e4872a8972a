import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../../../scripts/run-command.mjs'
import { root } from '../../architecture/repository.js'
import { packedFolder, packedPackages } from './packed.js'

export interface Registry {
  /** Such as `http://127.0.0.1:4873`. */
  readonly address: string
  /** Environment with which npm, pnpm and Bun take this registry for every package. */
  readonly env: Readonly<Record<string, string>>
  end(): Promise<void>
}

/** Where npm has packages from on this machine. */
export async function usualRegistry(): Promise<string> {
  const { exitCode, output } = await runCommand('npm', ['config', 'get', 'registry', '--loglevel=error'])
  if (exitCode !== 0) throw new Error(output)
  return output.trim()
}

/**
 * Starts an empty registry on a free port of this machine.
 * @param upstream the registry that has the packages of others; none unless given
 */
export async function startRegistry(upstream?: string): Promise<Registry> {
  const folder = join(root, '.cache/registry/served')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const child = fork(
    join(import.meta.dirname, 'registry-process.mjs'),
    [folder, ...(upstream === undefined ? [] : [upstream])],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // not the conditions of the tests
      execArgv: [],
    },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text) => {
      said += text
    })
  }
  const failed = once(child, 'exit').then(() => {
    throw new Error(`the registry ended before it listened:\n${said}`)
  })
  const [{ port }] = (await Promise.race([once(child, 'message'), failed])) as [{ port: number }]
  failed.catch(() => {})
  const userConfig = join(folder, 'npmrc')
  // npm publishes only with a token; this registry takes any
  writeFileSync(userConfig, `//127.0.0.1:${port}/:_authToken=of-a-test\n`)
  return {
    address: `http://127.0.0.1:${port}`,
    env: {
      npm_config_registry: `http://127.0.0.1:${port}`,
      npm_config_userconfig: userConfig,
      npm_config_cache: join(folder, 'npm-cache'),
      BUN_INSTALL_CACHE_DIR: join(folder, 'bun-cache'),
      // lock files say where each package comes from, whatever the repository's own .npmrc says of its own
      npm_config_omit_lockfile_registry_resolved: 'false',
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
    },
    async end() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

/** Publishes our packages, all by one npm: to start it takes longer than to publish. */
export async function publishOwn(registry: Registry): Promise<void> {
  await packedPackages()
  writeFileSync(join(packedFolder, 'package.json'), '{ "private": true, "workspaces": ["stages/*"] }\n')
  await npm(['publish', '--workspaces', '--access', 'public'], registry, packedFolder)
}

/**
 * Publishes what is installed in this repository: packages by name, with all that they need. So nothing is fetched from
 * elsewhere. Of optional packages it has those that are installed here.
 */
export async function publishInstalled(registry: Registry, names: readonly string[]): Promise<void> {
  const folders = new Set<string>()
  for (const name of names) needed(name, '', folders)
  const destination = join(packedFolder, 'installed')
  mkdirSync(destination, { recursive: true })
  const { exitCode, output } = await runCommand('npm', [
    ...['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', destination],
    ...[...folders].map((folder) => `./${folder}`),
  ])
  if (exitCode !== 0) throw new Error(output)
  const packed: { name: string; version: string; filename: string; integrity: string; shasum: string }[] =
    JSON.parse(output)
  // in the order of the folders
  for (const [index, folder] of [...folders].entries()) {
    const { name, version, filename, integrity, shasum } = packed[index]!
    const data = readFileSync(join(destination, filename))
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    const file = `${name.split('/').at(-1)}-${version}.tgz`
    const dist = { integrity, shasum, tarball: `${registry.address}/${name}/-/${file}` }
    const response = await fetch(`${registry.address}/${encodeURIComponent(name)}`, {
      method: 'PUT',
      // a connection that waits between two packages may be closed meanwhile
      headers: { 'content-type': 'application/json', authorization: 'Bearer of-a-test', connection: 'close' },
      body: JSON.stringify({
        _id: name,
        name,
        'dist-tags': { latest: version },
        versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
        _attachments: {
          [file]: {
            content_type: 'application/octet-stream',
            data: data.toString('base64'),
            length: data.length,
          },
        },
      }),
    })
    if (!response.ok) throw new Error(`${name}@${version} was refused: ${response.status} ${await response.text()}`)
  }
}

/**
 * Finds the folders of a package and of all that it needs, each where Node finds it.
 * @param from the folder of the package that needs it, relative to the root
 */
function needed(name: string, from: string, found: Set<string>): void {
  if (name === 'tygase' || name.startsWith('@tygase/')) return
  const folder = join(from, 'node_modules', name)
  if (!existsSync(join(root, folder, 'package.json'))) {
    if (from === '') throw new Error(`${name} is not installed`)
    needed(name, from.slice(0, Math.max(0, from.lastIndexOf('node_modules') - 1)), found)
    return
  }
  if (found.has(folder)) return
  found.add(folder)
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
    readFileSync(join(root, folder, 'package.json'), 'utf8'),
  )
  for (const dependency of Object.keys(dependencies)) needed(dependency, folder, found)
  for (const dependency of Object.keys(optionalDependencies)) {
    const isHere = [`${folder}/node_modules`, 'node_modules'].some((path) => existsSync(join(root, path, dependency)))
    if (isHere) needed(dependency, folder, found)
  }
}

/** Runs npm with a registry. @throws Error with its output */
export async function npm(args: readonly string[], { env }: Registry, cwd: string): Promise<string> {
  const { exitCode, output } = await runCommand('npm', args, { cwd, env })
  if (exitCode !== 0) throw new Error(`npm ${args.join(' ')}\n${output}`)
  return output
}
