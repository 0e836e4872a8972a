import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { publicPackageFolders } from '../../scripts/workspaces.mjs'
import { readText } from '../architecture/repository.js'
import { type PackedPackage, packedFolder, packedPackages } from './support/packed.js'

describe('what is packed of', () => {
  const folders = publicPackageFolders()
  let packed: readonly PackedPackage[] = []

  const contentOf = (folder: string) => {
    const stage = join(packedFolder, 'stages', folder.slice('packages/'.length))
    const files = packed[folders.indexOf(folder)]?.files.map(({ path }) => path) ?? []
    return { files, text: (path: string) => readFileSync(join(stage, path), 'utf8') }
  }

  beforeAll(async () => {
    packed = await packedPackages()
  })

  it.each(folders)(
    '%s is code, types, sources, pages and a license, and nothing that a build leaves behind',
    (folder) => {
      const { files } = contentOf(folder)
      expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json']))
      const known =
        /^(?:LICENSE|package\.json|llms\.txt|[A-Z]+\.md|docs\/.+\.md|bin\/.+\.m?js|src\/.+\.tsx?|dist\/.+\.(?:m?js|d\.m?ts)(?:\.map)?|dist\/page\/.+\.(?:html|css|svg|md)|grafana\/\w+\.json|template.*\/.+)$/
      expect(
        files.filter(
          (file) => !known.test(file) || /\.tsbuildinfo$|\.test\.|(?:^|\/)test\//.test(file.replace(/^template.*/, '')),
        ),
      ).toEqual([])
    },
  )

  it.each(folders)('%s has the source of every map', (folder) => {
    const { files, text } = contentOf(folder)
    const missing = files
      .filter((file) => file.endsWith('.map'))
      .flatMap((file) =>
        (JSON.parse(text(file)).sources as string[])
          .map((source) => join(file, '..', source))
          .filter((source) => !files.includes(source)),
      )
    expect(missing).toEqual([])
  })

  it.each(folders)('%s leads to nothing that is not beside it', (folder) => {
    const { files, text } = contentOf(folder)
    const broken = files
      .filter((file) => file.endsWith('.md') && !file.startsWith('template'))
      .flatMap((page) =>
        [
          ...text(page)
            .replaceAll(/^\s*(`{3,})[\s\S]*?^\s*\1|`[^`\n]*`/gm, '')
            .matchAll(/\]\(([^)\s#]+)/g),
        ]
          .map(([, target = '']) => target)
          .filter((target) => !/^[a-z]+:/.test(target) && !files.includes(join(page, '..', target)))
          .map((target) => `${page} → ${target}`),
      )
    expect(broken).toEqual([])
  })

  it.each(folders)('%s names its pages in llms.txt, for tools that write code', (folder) => {
    const { files, text } = contentOf(folder)
    const named = [...text('llms.txt').matchAll(/^- \[.+\]\((.+)\)$/gm)].map(([, page]) => page)
    expect(text('llms.txt')).toContain(`# ${JSON.parse(text('package.json')).name}\n`)
    const pages = files.filter((file) => /^(?:docs\/.+|[A-Z]+)\.md$/.test(file))
    expect(named.sort()).toEqual(pages.sort())
  })

  it.each(folders)('%s says in package.json what a registry shows and a bundler asks for', (folder) => {
    const { text } = contentOf(folder)
    const manifest = JSON.parse(text('package.json'))
    const source = JSON.parse(readText(`${folder}/package.json`))
    expect(manifest).toMatchObject({
      description: expect.stringMatching(/.{20}/),
      license: 'MIT',
      type: 'module',
      // to import the devtools is to install them
      sideEffects: folder === 'packages/devtools',
      engines: { node: '>=20.19.0' },
      homepage: expect.stringMatching(/^https:/),
      bugs: { url: expect.stringMatching(/^https:/) },
      repository: { type: 'git', directory: folder },
    })
    expect(manifest.keywords).toEqual(expect.arrayContaining(['tygase', 'multiplayer', 'game']))
    expect([manifest.scripts, manifest.devDependencies]).toEqual([undefined, undefined])
    expect(source.scripts.prepack).toBe(source.scripts.build)
    expect(source.scripts.prepublishOnly).toBe('node ../../scripts/release.mjs --check')
    const needed = Object.entries<string>({ ...manifest.dependencies, ...manifest.peerDependencies })
    // a peer of ours has a range: with an exact version, changesets makes each release a major one
    const own = Object.entries(manifest.dependencies ?? {}).filter(([name]) => /^@?tygase(?:\/|$)/.test(name))
    expect(own.filter(([, range]) => range !== manifest.version)).toEqual([])
    expect(needed.filter(([, range]) => /^(?:file|link|workspace):|\*/.test(range))).toEqual([])
  })

  it.each(folders)('%s has types for each entry, before the code', (folder) => {
    const { files, text } = contentOf(folder)
    const { exports } = JSON.parse(text('package.json'))
    for (const entry of Object.values<Record<string, string>>(exports)) {
      if (typeof entry === 'string') continue
      expect(Object.keys(entry).slice(-2)).toEqual(['types', 'default'])
      for (const target of Object.values(entry)) expect(files).toContain(target.slice(2))
    }
  })
})
