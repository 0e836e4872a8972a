import { dirname, join } from 'node:path/posix'
import { importsOf } from './imports.js'
import { filesBelow, readText, type Workspace } from './repository.js'

/**
 * Each source file of a workspace, and of the page that it has, with the files of it that it imports. Imports of types count too: a reader follows them as well.
 * Files that it loads later do not: they cannot be a part of it, and may import it, since it has run by then.
 */
export function importGraph({ folder, aliases }: Workspace): Map<string, string[]> {
  const files = new Set(['src', 'page/src'].flatMap((part) => filesBelow(`${folder}/${part}`, ['.ts', '.tsx'])))
  const targets = (file: string, specifier: string) =>
    specifier.startsWith('.')
      ? ['.ts', '.tsx'].map((ending) => join(dirname(file), specifier).replace(/\.js$/, ending))
      : (aliases.get(specifier) ?? []).map((path) => join(folder, path))
  return new Map(
    [...files].map((file) => [
      file,
      importsOf(readText(file))
        .filter(({ isLater }) => !isLater)
        .flatMap(({ specifier }) => targets(file, specifier))
        .filter((target) => files.has(target)),
    ]),
  )
}
