import { basename } from 'node:path/posix'
import { describe, expect, it } from 'vitest'
import { entriesOf } from './exported-names.js'
import { importGraph } from './import-graph.js'
import { codeFiles, filesBelow, readText, type Workspace, workspaces } from './repository.js'

const packages = workspaces().filter(({ kind }) => kind === 'package')
const core = ['gamestate', 'protocol', 'server', 'client'].map((name) => `packages/${name}`)
const linesOf = (file: string) => readText(file).trimEnd().split('\n').length

/** A file below this, with one importer and no table of tests of its own, belongs into its importer. */
const dustBelowLines = 60

interface Dust {
  file: string
  lines: number
  importer: string
}

function dustOf(workspace: Workspace): Dust[] {
  const graph = importGraph(workspace)
  const tables = filesBelow(`${workspace.folder}/test`, ['.test.ts']).filter((file) => /\.each\b/.test(readText(file)))
  const tested = new Set(tables.map((file) => basename(file, '.test.ts')))
  const doors = new Set(entriesOf(workspace).map(({ file }) => file))
  const targets = new Set([...workspace.aliases.values()].flat().map((path) => `${workspace.folder}/${path.slice(2)}`))
  return [...graph.keys()].flatMap((file) => {
    const isEntryOfPage = (name: string) => name.endsWith('/main.tsx')
    const isDoor = (name: string) => doors.has(name) || name.endsWith('/index.ts')
    if (isDoor(file) || targets.has(file) || tested.has(basename(file, '.ts')) || isEntryOfPage(file)) return []
    const importers = [...graph].filter(([other, imported]) => !isDoor(other) && imported.includes(file))
    const lines = linesOf(file)
    const [importer] = importers
    return importers.length === 1 && importer !== undefined && lines < dustBelowLines
      ? [{ file, lines, importer: importer[0] }]
      : []
  })
}

describe('a file', () => {
  it('has at most 600 lines, and raises a question at 400', () => {
    const lengths = codeFiles().map((file) => ({ file, lines: linesOf(file) }))
    for (const { file, lines } of lengths)
      if (lines > 400) console.log(`note: is it one concept? ${file}: ${lines} lines`)
    expect(lengths.filter(({ lines }) => lines > 600)).toEqual([])
  })

  it('of the four core packages has 90 lines or more in the median', () => {
    const lengths = core.flatMap((folder) => filesBelow(`${folder}/src`, ['.ts']).map(linesOf)).sort((a, b) => a - b)
    const median = lengths[Math.floor(lengths.length / 2)]
    console.log(`note: ${lengths.length} source files in the core, median ${median} lines`)
    expect(median).toBeGreaterThanOrEqual(90)
  })

  it.each(packages)('of $name with one importer and few lines is part of its importer', (workspace) => {
    expect(dustOf(workspace).map(({ file, lines, importer }) => `${file} (${lines}) → ${importer}`)).toEqual([])
  })
})
