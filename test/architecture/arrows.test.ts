import { dirname, join } from 'node:path/posix'
import { describe, expect, it } from 'vitest'
import { importsOf } from './imports.js'
import { codeFiles, filesBelow, readText, type Workspace, workspaces } from './repository.js'

/** The picture in docs/internals/design.md: what the sources of a package may import, whole packages or single doors. */
const picture: Record<string, readonly string[]> = {
  '@tygase/gamestate': [],
  '@tygase/protocol': ['@tygase/gamestate/bytes', '@tygase/gamestate/internal'],
  '@tygase/server': ['@tygase/gamestate', '@tygase/protocol'],
  '@tygase/client': ['@tygase/gamestate', '@tygase/protocol'],
  '@tygase/testkit': ['@tygase/gamestate', '@tygase/protocol', '@tygase/server', '@tygase/client'],
}

/** An app is a game, and a game needs nothing of the layer below. */
const appsMayImport = ['@tygase/gamestate', '@tygase/server', '@tygase/client', '@tygase/testkit', '@tygase/terminal']

const all = workspaces()
const doors = new Set(all.flatMap((workspace) => workspace.doors))

const isOurs = (specifier: string) => specifier.startsWith('@tygase/')
const isWithin = (specifier: string, allowed: string) => specifier === allowed || specifier.startsWith(`${allowed}/`)

/** Whether a door of `@tygase/gamestate/bytes` kind is meant (that door alone) or a package with all its doors. */
function mayImport(specifier: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => (entry.split('/').length > 2 ? specifier === entry : isWithin(specifier, entry)))
}

function importsBelow(folder: string) {
  return filesBelow(folder, ['.ts', '.tsx', '.js', '.mjs']).flatMap((file) =>
    importsOf(readText(file)).map((found) => ({ ...found, file, place: `${file}:${found.line} → ${found.specifier}` })),
  )
}

describe('the picture of the packages', () => {
  it('has every package that there is', () => {
    const packages = all.filter((workspace) => workspace.kind === 'package').map((workspace) => workspace.name)
    expect(Object.keys(picture).sort()).toEqual(packages.sort())
  })

  it.each(all.map((workspace) => [workspace.name, workspace] as const))(
    'has every arrow that leaves %s',
    (_, workspace) => {
      const allowed = picture[workspace.name] ?? appsMayImport
      const found = importsBelow(`${workspace.folder}/src`)
      expect(found).not.toEqual([])
      const wrong = found.filter(({ specifier }) => isOurs(specifier) && !mayImport(specifier, allowed))
      expect(wrong.map(({ place }) => place)).toEqual([])
    },
  )
})

describe('an import', () => {
  it('goes through the public doors of a package', () => {
    const wrong = ['packages', 'apps', 'test']
      .flatMap(importsBelow)
      .filter(({ specifier }) => isOurs(specifier) && !doors.has(specifier))
    expect(wrong.map(({ place }) => place)).toEqual([])
  })

  it.each(all.map((workspace) => [workspace.folder] as const))('by path stays within %s', (folder) => {
    expect(leaving(folder)).toEqual([])
  })

  it('by path leads from the cross-package tests to nothing but scripts and what supports other tests', () => {
    const wrong = leaving('test').filter((place) => !/\/scripts\/|\/test\/support\//.test(place))
    expect(wrong).toEqual([])
  })

  it('by alias leads to a file that is there', () => {
    const files = new Set(codeFiles())
    const targets = (workspace: Workspace) =>
      [...workspace.aliases.values()]
        .flat()
        .map((path) => join(workspace.folder, path))
        .filter((path) => !path.includes('/dist/'))
    expect(all.flatMap(targets).filter((path) => !files.has(path))).toEqual([])
  })
})

describe('the decoder of the conformance test', () => {
  it('imports nothing of ours and nothing that is installed', () => {
    const ofDecoder = importsBelow('test/conformance').filter(
      ({ file }) => /decod/.test(file) && !file.endsWith('.test.ts'),
    )
    expect(
      ofDecoder
        .filter(({ specifier }) => !specifier.startsWith('./') && !specifier.startsWith('node:'))
        .map(({ place }) => place),
    ).toEqual([])
    expect(
      filesBelow('test/conformance', ['.ts']).some((file) => /decod/.test(file) && !file.endsWith('.test.ts')),
    ).toBe(true)
  })
})

/** The imports by path that lead out of a folder. */
function leaving(folder: string): string[] {
  return importsBelow(folder)
    .filter(({ file, specifier }) => specifier.startsWith('.') && !isWithin(join(dirname(file), specifier), folder))
    .map(({ place }) => place)
}
