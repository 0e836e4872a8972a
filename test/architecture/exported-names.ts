import { filesBelow, readText, type Workspace, workspaces } from './repository.js'

export interface Entry {
  /** As it is imported: `@tygase/server`, `@tygase/gamestate/internal`. */
  readonly specifier: string
  /** The source file that lists the exports. */
  readonly file: string
  /** For our own packages only, without any promise. */
  readonly isInternal: boolean
}

interface Manifest {
  name: string
  exports: Record<string, { '@tygase/source'?: string }>
}

/** The entries in the `exports` of a package. */
export function entriesOf({ folder }: Workspace): Entry[] {
  const { name, exports }: Manifest = JSON.parse(readText(`${folder}/package.json`))
  return Object.entries(exports).flatMap(([key, conditions]) => {
    const source = conditions['@tygase/source']
    if (source === undefined) return []
    return [
      { specifier: name + key.slice(1), file: `${folder}/${source.slice(2)}`, isInternal: /^\.\/internal\b/.test(key) },
    ]
  })
}

/** The public entries of all packages. */
export function publicEntries(): Entry[] {
  return workspaces()
    .filter(({ kind }) => kind === 'package')
    .flatMap(entriesOf)
    .filter(({ isInternal }) => !isInternal)
}

/** The names that a list of re-exports gives to its importers, types included. */
export function exportedNames(source: string): string[] {
  return [...source.matchAll(/\bexport\s+(?:type\s+)?\{([^}]*)\}/g)].flatMap(([, list]) =>
    (list ?? '')
      .replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, '')
      .split(',')
      .map((item) => /(\w+)\s*$/.exec(item)?.[1] ?? '')
      .filter((name) => name !== ''),
  )
}

/** The text in which a public name counts as used: the apps, the pages in docs and the READMEs. */
export function usingTexts(): { file: string; text: string }[] {
  const apps = workspaces().filter(({ kind }) => kind === 'app')
  const files = [
    ...apps.flatMap(({ folder }) => filesBelow(`${folder}/src`, ['.ts', '.tsx'])),
    ...filesBelow('docs', ['.md']),
    ...filesBelow('.', ['README.md']),
  ]
  return files.map((file) => ({ file, text: file.endsWith('.md') ? codeOf(readText(file)) : readText(file) }))
}

/** Only the code of a page: its blocks and what stands between backticks. */
function codeOf(page: string): string {
  return (page.match(/^\s*(`{3,})[\s\S]*?^\s*\1|`[^`\n]+`/gm) ?? []).join('\n')
}
