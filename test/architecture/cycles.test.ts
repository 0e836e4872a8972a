import { describe, expect, it } from 'vitest'
import { cyclesOf } from './cycles.js'
import { importGraph } from './import-graph.js'
import { workspaces } from './repository.js'

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
