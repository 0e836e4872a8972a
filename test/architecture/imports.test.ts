import { describe, expect, it } from 'vitest'
import { importsOf } from './imports.js'

const table: [what: string, source: string, specifiers: string[]][] = [
  ['finds a default import', "import a from 'x'", ['x']],
  ['finds named imports over several lines', "import {\n  a,\n  type B as C,\n} from 'x'", ['x']],
  ['finds a namespace', "import * as a from 'x'", ['x']],
  ['finds an import for its effects', "import 'x'", ['x']],
  ['finds an import of types', "import type { A } from 'x'", ['x']],
  [
    'finds re-exports of every kind',
    "export { a } from 'x'\nexport * from 'y'\nexport type { B } from 'z'",
    ['x', 'y', 'z'],
  ],
  ['finds a dynamic import', "const a = await import('x')", ['x']],
  ['finds an import in a type', "let a: typeof import('x')", ['x']],
  ['finds a name in double quotes', 'import a from "x"', ['x']],
  ['finds several in a line', "import a from 'x'; import b from 'y'", ['x', 'y']],
  ['finds an import after an export of something else', "export class A {}\nimport b from 'x'", ['x']],
  ['finds nothing in comments', "// import a from 'x'\n/* export * from 'y' */", []],
  ['finds nothing in strings', `const a = "import b from 'x'"`, []],
  ['finds nothing where no module is named', 'export const from = 1\nexport { a }', []],
]

describe('importsOf', () => {
  it.each(table)('%s', (_, source, specifiers) => {
    expect(importsOf(source).map((found) => found.specifier)).toEqual(specifiers)
  })

  it('tells the line on which the name stands', () => {
    expect(importsOf("import a from 'x'\n\nexport type {\n  B,\n} from 'y'")).toEqual([
      { specifier: 'x', line: 1, isLater: false },
      { specifier: 'y', line: 5, isLater: false },
    ])
  })

  it('tells apart what is loaded later, and types of it', () => {
    const found = importsOf("import 'x'\nlet a: typeof import('y')\nconst b = await import('z')")
    expect(found.map(({ isLater }) => isLater)).toEqual([false, false, true])
  })
})
