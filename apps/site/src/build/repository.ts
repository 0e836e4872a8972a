import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. This file stands at the same depth as a source and as a program. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..')
/** The folder of this workspace. */
export const siteFolder = join(root, 'apps/site')
/** The pages as VitePress reads them: Markdown whose links hold within the site. */
export const markdownFolder = join(siteFolder, 'dist/markdown')
/** The finished site. */
export const pageFolder = join(siteFolder, 'dist/page')
/** Navigation and sidebars, as the build has found them. */
export const contentsFile = join(siteFolder, 'dist/contents.json')

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly homepage?: string
  readonly config?: { readonly address: string }
  readonly exports?: Readonly<Record<string, { readonly '@tygase/source'?: string }>>
}

/** @param path relative to the root */
export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** @param folder relative to the root */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readText(posix.join(folder, 'package.json')))
}

/** The Markdown files below a folder, relative to the root, in alphabetical order. */
export function markdownBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name)
      if (entry.isDirectory()) return markdownBelow(path)
      return path.endsWith('.md') ? [path] : []
    })
    .sort()
}

/** The folders of the packages, relative to the root, in alphabetical order. */
export function packageFolders(): string[] {
  return readdirSync(join(root, 'packages'))
    .filter((name) => existsSync(join(root, 'packages', name, 'package.json')))
    .map((name) => `packages/${name}`)
    .sort()
}

/** True if there is a file or folder at this path, relative to the root. */
export function isThere(path: string): boolean {
  return existsSync(join(root, path))
}
