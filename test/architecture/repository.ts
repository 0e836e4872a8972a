import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'

/** The folder of the repository. */
export const root = resolve(import.meta.dirname, '../..')

export interface Workspace {
  /** As in its package.json: `@tygase/server`. */
  name: string
  /** Relative to the root: `packages/server`. */
  folder: string
  kind: 'package' | 'app'
  /** The keys of its exports map as specifiers: `@tygase/gamestate/internal`. */
  doors: string[]
  /** Its imports map: each `#name` with every file of its own that it may stand for, relative to its folder. */
  aliases: Map<string, string[]>
}

interface Manifest {
  name: string
  exports?: Record<string, unknown>
  imports?: Record<string, unknown>
}

/** The packages and apps, in alphabetical order of folders. */
export function workspaces(): Workspace[] {
  return (['apps', 'packages'] as const).flatMap((parent) =>
    readdirSync(join(root, parent))
      .filter((name) => existsSync(join(root, parent, name, 'package.json')))
      .sort()
      .map((name) => readWorkspace(`${parent}/${name}`, parent === 'apps' ? 'app' : 'package')),
  )
}

/**
 * The files below a folder whose name ends in one of these ways, relative to the root and with `/` between, in
 * alphabetical order. What is installed, built or kept as a cache is left out; a folder that is not there has no files.
 */
export function filesBelow(folder: string, endings: readonly string[]): string[] {
  const absolute = join(root, folder)
  if (!existsSync(absolute)) return []
  return readdirSync(absolute, { withFileTypes: true })
    .flatMap((entry) => {
      if (['node_modules', 'dist', '.turbo', '.cache', '.git'].includes(entry.name)) return []
      const path = relative(root, join(absolute, entry.name)).split(sep).join('/')
      if (entry.isDirectory()) return filesBelow(path, endings)
      return endings.some((ending) => entry.name.endsWith(ending)) ? [path] : []
    })
    .sort()
}

/** @param path relative to the root */
export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** The sources of packages and apps, without their tests. */
export function sourceFiles(): string[] {
  return workspaces().flatMap(({ folder }) => filesBelow(`${folder}/src`, ['.ts', '.tsx', '.js', '.mjs']))
}

/** All code that is about the project: sources, tests, scripts. */
export function codeFiles(): string[] {
  return ['packages', 'apps', 'test', 'scripts'].flatMap((folder) => filesBelow(folder, ['.ts', '.tsx', '.js', '.mjs']))
}

function readWorkspace(folder: string, kind: 'package' | 'app'): Workspace {
  const manifest: Manifest = JSON.parse(readText(`${folder}/package.json`))
  return {
    name: manifest.name,
    folder,
    kind,
    doors: Object.keys(manifest.exports ?? {}).map((key) => manifest.name + key.slice(1)),
    aliases: new Map(Object.entries(manifest.imports ?? {}).map(([alias, targets]) => [alias, leaves(targets)])),
  }
}

/** The file names in a map of conditions, however deep. */
function leaves(targets: unknown): string[] {
  if (typeof targets === 'string') return [targets]
  return Object.values(targets as Record<string, unknown>).flatMap(leaves)
}
