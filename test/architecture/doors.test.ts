import { describe, expect, it } from 'vitest'
import { entriesOf } from './exported-names.js'
import { maskedSource } from './masked-source.js'
import { codeFiles, filesBelow, readText, workspaces } from './repository.js'

const packages = workspaces().filter((workspace) => workspace.kind === 'package')

/** What is left of a module when its re-exports by name are taken away. */
function besidesNamedExports(source: string): string {
  return maskedSource(source)
    .replaceAll(/\bexport\s+(?:type\s+)?\{[\w\s,]*\}\s*from\s*(['"]) *\1/g, '')
    .trim()
}

describe('a public door', () => {
  it.each(packages.map(({ name, doors }) => [name, doors] as const))(
    'of %s is named exactly, never by a pattern',
    (_, doors) => {
      expect(doors).not.toEqual([])
      expect(doors.filter((door) => door.includes('*'))).toEqual([])
    },
  )

  it.each(packages)('of $name is built before it is packed, as a fresh clone has no dist', ({ folder }) => {
    const { scripts } = JSON.parse(readText(`${folder}/package.json`))
    expect(scripts.prepack).toBe(scripts.build)
  })

  it.each(packages)('of $name is a list of named exports, and nothing else', (workspace) => {
    const indexes = filesBelow(`${workspace.folder}/src`, ['index.ts']).filter((file) => file.endsWith('/index.ts'))
    const files = new Set([...entriesOf(workspace).map(({ file }) => file), ...indexes])
    expect([...files]).toContain(`${workspace.folder}/src/index.ts`)
    expect(
      [...files].map((file) => [file, besidesNamedExports(readText(file))]).filter(([, rest]) => rest !== ''),
    ).toEqual([])
  })

  it.each([
    ["export { a, type B } from './a.js'\nexport type {\n  C,\n} from './c.js'", ''],
    ["export * from './a.js'", "export * from '      '"],
    ['export const a = 1', 'export const a = 1'],
  ])('with the text %j has %j besides', (source, rest) => {
    expect(besidesNamedExports(source)).toBe(rest)
  })
})

describe('the name of a file', () => {
  it('is in kebab-case', () => {
    const inKebabCase = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*)(?:\.(?:test|d|config))?\.\w+$/
    expect(codeFiles().filter((file) => !inKebabCase.test(file.split('/').at(-1) ?? ''))).toEqual([])
  })
})
