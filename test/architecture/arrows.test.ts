import { dirname, join } from 'node:path/posix'
import { describe, expect, it } from 'vitest'
import { importsOf } from './imports.js'
import { codeFiles, filesBelow, readText, type Workspace, workspaces } from './repository.js'

/** The picture in docs/internals/design.md: the packages that the sources of a package may import, with all their entries. */
const picture: Record<string, readonly string[]> = {
  gamestate: [],
  protocol: ['gamestate'],
  server: ['gamestate', 'protocol'],
  client: ['gamestate', 'protocol'],
  // the command line of auth opens a file of accounts, if storage is installed
  auth: ['gamestate', 'protocol', 'server', 'client', 'storage'],
  storage: ['gamestate', 'protocol', 'server', 'client'],
  record: ['gamestate', 'protocol', 'server', 'client'],
  cluster: ['gamestate', 'protocol', 'server', 'client', 'record'],
  http: ['gamestate', 'protocol', 'server', 'client'],
  inspect: ['gamestate', 'protocol', 'server', 'client', 'record', 'http'],
  tasks: ['gamestate', 'protocol', 'server', 'client'],
  vite: ['gamestate', 'protocol', 'server', 'client'],
  react: ['gamestate', 'protocol', 'server', 'client'],
  devtools: ['gamestate', 'protocol', 'client', 'record'],
  'create-tygase': [],
  testkit: ['gamestate', 'protocol', 'server', 'client', 'auth', 'storage', 'http', 'tasks'],
  // the players of a load test are clients: it knows no server
  load: ['gamestate', 'protocol', 'client'],
  // loads the owners of its commands by name, if they are installed
  tygase: [],
  // an app, but no game: it shows the demo's
  site: ['server', 'demo'],
  // it runs the servers of a game
  'cluster-demo': ['gamestate', 'client', 'server', 'cluster', 'record', 'http', 'frame', 'arena'],
}

/** An app is a game, and a game needs nothing of the layer below. */
const appsMayImport = [
  'gamestate',
  'server',
  'client',
  'auth',
  'storage',
  'record',
  'http',
  'inspect',
  'tasks',
  'testkit',
  'terminal',
  'frame',
  // a panel in the page while it is made
  'devtools',
  // the examples of the playground import its own entry
  'playground',
]

const all = workspaces()
const doors = new Set(all.flatMap((workspace) => workspace.doors))

const isOurs = (specifier: string) => specifier.startsWith('@tygase/')
const isWithin = (specifier: string, allowed: string) => specifier === allowed || specifier.startsWith(`${allowed}/`)

/** The name of a package without our scope and without the entry: `server` for `@tygase/server/internal`. */
const packageOf = (specifier: string) => specifier.split('/')[1] ?? specifier

function importsBelow(folder: string) {
  return filesBelow(folder, ['.ts', '.tsx', '.js', '.mjs']).flatMap((file) =>
    importsOf(readText(file)).map((found) => ({ ...found, file, place: `${file}:${found.line} → ${found.specifier}` })),
  )
}

describe('the picture of the packages', () => {
  it('has every package', () => {
    const packages = all.filter((workspace) => workspace.kind === 'package').map(({ name }) => packageOf(name))
    expect(packages.filter((name) => picture[name] === undefined)).toEqual([])
  })

  it.each(all.map((workspace) => [workspace.name, workspace] as const))(
    'has every arrow that leaves %s',
    (_, { name, folder }) => {
      const allowed = picture[packageOf(name)] ?? appsMayImport
      const found = importsBelow(`${folder}/src`)
      expect(found).not.toEqual([])
      const wrong = found.filter(({ specifier }) => isOurs(specifier) && !allowed.includes(packageOf(specifier)))
      expect(wrong.map(({ place }) => place)).toEqual([])
    },
  )
})

describe('an import', () => {
  it('of an internal entry stands in a package or a test', () => {
    const wrong = importsBelow('apps').filter(({ specifier }) => isOurs(specifier) && /\/internal\b/.test(specifier))
    expect(wrong.map(({ place }) => place)).toEqual([])
  })

  it('goes through an entry of a package', () => {
    const wrong = ['packages', 'apps', 'test']
      .flatMap(importsBelow)
      .filter(({ specifier }) => isOurs(specifier) && !doors.has(specifier))
    expect(wrong.map(({ place }) => place)).toEqual([])
  })

  it.each(all.map((workspace) => [workspace.folder] as const))('by path stays within %s', (folder) => {
    expect(leaving(folder)).toEqual([])
  })

  it('by path leads from the cross-package tests to nothing but scripts, what supports other tests, and tables of options', () => {
    const isAllowed = (place: string) =>
      /\/scripts\/|\/test\/support\//.test(place) || place.startsWith('test/docs/option-sections.ts')
    const wrong = leaving('test').filter((place) => !isAllowed(place))
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
