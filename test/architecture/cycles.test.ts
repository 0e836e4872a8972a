import { dirname, join } from 'node:path/posix'
import { describe, expect, it } from 'vitest'
import { cyclesOf } from './cycles.js'
import { importsOf } from './imports.js'
import { filesBelow, readText, type Workspace, workspaces } from './repository.js'

const table: [what: string, graph: Record<string, string[]>, cycles: string[][]][] = [
  ['finds none in a tree', { a: ['b', 'c'], b: [], c: [] }, []],
  ['finds none where two ways lead to one place', { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, []],
  ['finds a file that imports itself', { a: ['a'] }, [['a']]],
  ['finds two that import each other', { a: ['b'], b: ['a'] }, [['a', 'b']]],
  ['finds a cycle that is not where the search begins', { a: ['b'], b: ['c'], c: ['d'], d: ['b'] }, [['b', 'c', 'd']]],
]

describe('cyclesOf', () => {
  it.each(table)('%s', (_, graph, cycles) => {
    expect(cyclesOf(new Map(Object.entries(graph)))).toEqual(cycles)
  })
})

describe('the imports between the files', () => {
  it.each(workspaces().map((workspace) => [workspace.name, workspace] as const))(
    'of %s have no cycle',
    (_, workspace) => {
      const graph = importGraph(workspace)
      expect([...graph.values()].flat()).not.toEqual([])
      expect(cyclesOf(graph).map((cycle) => cycle.join(' → '))).toEqual([])
    },
  )
})

/** The files of a workspace with those that they import; types count too, because who reads one file has to read the other. */
function importGraph({ folder, aliases }: Workspace): Map<string, string[]> {
  const files = new Set(filesBelow(`${folder}/src`, ['.ts', '.tsx']))
  const targets = (file: string, specifier: string) =>
    specifier.startsWith('.')
      ? [join(dirname(file), specifier).replace(/\.js$/, '.ts')]
      : (aliases.get(specifier) ?? []).map((path) => join(folder, path))
  return new Map(
    [...files].map((file) => [
      file,
      importsOf(readText(file))
        .flatMap(({ specifier }) => targets(file, specifier))
        .filter((target) => files.has(target)),
    ]),
  )
}
