import { describe, expect, it } from 'vitest'
import { filesBelow, readText } from './repository.js'

/** What a lock file has of a package.json that says what to install. */
const said = ['name', 'version', 'dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

type Manifest = { readonly [Key in (typeof said)[number]]?: unknown }

interface Entry extends Manifest {
  optionalDependencies?: Record<string, string>
  resolved?: string
  integrity?: string
  link?: boolean
}

const { packages }: { packages: Record<string, Entry> } = JSON.parse(readText('package-lock.json'))
const entries = Object.entries(packages)

/** The folders with a package.json of ours, relative to the root, which is the empty text. */
const folders = ['packages', 'apps', 'docs', 'test']
  .flatMap((parent) => filesBelow(parent, ['package.json']))
  .map((path) => path.slice(0, -'/package.json'.length))

function manifestOf(folder: string): Manifest {
  return JSON.parse(readText(folder === '' ? 'package.json' : `${folder}/package.json`))
}

function toInstall(manifest: Manifest): unknown {
  return Object.fromEntries(said.map((key) => [key, manifest[key]]))
}

/** Whether a package finds another one where Node looks: in its own node_modules, and in those of the folders above. */
function isFound(path: string, name: string): boolean {
  if (`${path === '' ? '' : `${path}/`}node_modules/${name}` in packages) return true
  return path !== '' && isFound(path.slice(0, Math.max(0, path.lastIndexOf('/'))), name)
}

describe('package-lock.json', () => {
  it('says what to install, and not from which address', () => {
    expect(entries.filter(([, { integrity }]) => integrity !== undefined)).not.toEqual([])
    expect(entries.filter(([, { resolved }]) => resolved?.includes(':'))).toEqual([])
  })

  it('has whatever a package may need on another platform, without which `npm ci` does nothing', () => {
    const wanted = entries.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).map((name) => ({ path, name })),
    )
    expect(wanted).not.toEqual([])
    expect(wanted.filter(({ path, name }) => !isFound(path, name))).toEqual([])
  })

  it('has the workspaces that there are, each by its name, and no other', () => {
    const own = entries.filter(([path]) => !path.includes('node_modules')).map(([path]) => path)
    expect(own.sort()).toEqual(['', ...folders].sort())
    const links = entries.filter(([, { link }]) => link).map(([path, { resolved }]) => [path, resolved])
    expect(Object.fromEntries(links)).toEqual(
      Object.fromEntries(folders.map((folder) => [`node_modules/${manifestOf(folder).name}`, folder])),
    )
  })

  it.each(['', ...folders])('has name, version and dependencies that ./%s/package.json has', (folder) => {
    // npm leaves a name out that is the folder's own
    const name = folder.split('/').at(-1)
    expect(toInstall({ name, ...packages[folder] })).toEqual(toInstall(manifestOf(folder)))
  })
})
