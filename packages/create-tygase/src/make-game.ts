import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CreateError } from './errors.js'
import type { Template } from './options.js'

const folderOfTemplates = fileURLToPath(new URL('../templates', import.meta.url))
const manifest = new URL('../package.json', import.meta.url)

/** Files that npm would leave out of a package, by the name that they have in it. */
const renamed: Readonly<Record<string, string>> = {
  _gitignore: '.gitignore',
  _dockerignore: '.dockerignore',
  _manifest: 'package.json',
}

/** Folders that hold no work of anybody. */
const ignored = new Set(['.git', '.DS_Store'])

/** @throws CreateError `folder_not_empty` */
export async function checkEmpty(path: string): Promise<void> {
  let entries: string[]
  try {
    entries = await readdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return
    if (code === 'ENOTDIR') throw new CreateError('folder_not_empty', `${path} is a file`)
    throw error
  }
  const found = entries.filter((entry) => !ignored.has(entry))
  if (found.length > 0) throw new CreateError('folder_not_empty', `${path} is not empty: it has ${found[0]}`)
}

/** Packed packages by their names: absolute paths of files, as `npm pack` writes them. */
type PackedPackages = ReadonlyMap<string, string>

/**
 * The packages of TyGaSe that are packed in a folder.
 * @throws CreateError `packages_missing`
 */
export async function packedIn(folder: string): Promise<PackedPackages> {
  const files = await readdir(folder).catch(() => [])
  const packed = new Map<string, string>()
  for (const file of files) {
    const [, part] = /^tygase-([a-z]+)-\d[^/]*\.tgz$/.exec(file) ?? []
    if (part !== undefined) packed.set(`@tygase/${part}`, join(folder, file))
  }
  if (packed.size === 0) throw new CreateError('packages_missing', `${folder} has no packed packages of TyGaSe`)
  return packed
}

/**
 * Writes the files of a game.
 * @param packed packages that the game gets a copy of, and installs; undefined: it installs them from a registry
 * @throws CreateError `folder_not_empty`, `packages_missing`, before anything is written
 */
export async function makeGame(path: string, name: string, template: Template, packed?: PackedPackages): Promise<void> {
  await checkEmpty(path)
  const { version, homepage } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string; homepage: string }
  // the pages of the release that the game begins with
  const docs = `${homepage.split('/tree/')[0]}/blob/v${version}/docs`
  const words = { name, title: titleOf(name), version, docs }
  const folders = ['shared', template.name].map((folder) => join(folderOfTemplates, folder))
  const manifestText = manifestOf(folders, packed)
  await mkdir(path, { recursive: true })
  for (const from of folders) await cp(from, path, { recursive: true })
  await writeFile(join(path, '_manifest'), manifestText)
  for (const file of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue
    const written = join(file.parentPath, file.name)
    const text = await readFile(written, 'utf8')
    const filled = text.replaceAll(
      /\{\{(\w+)\}\}/g,
      (whole, word: string) => words[word as keyof typeof words] ?? whole,
    )
    if (filled !== text) await writeFile(written, filled)
  }
  for (const [from, to] of Object.entries(renamed)) await rename(join(path, from), join(path, to))
  if (packed !== undefined) await copyPacked(path, packed)
}

/** In a game, of the packages that it brings along. */
const folderOfPacked = 'tygase'

async function copyPacked(path: string, packed: PackedPackages): Promise<void> {
  for (const file of packed.values()) await cp(file, join(path, folderOfPacked, basename(file)))
  // what npm installs in a container has to be there before it does
  const dockerfile = join(path, 'Dockerfile')
  const text = await readFile(dockerfile, 'utf8')
  const copies = 'COPY package*.json ./\n'
  await writeFile(dockerfile, text.replace(copies, `${copies}COPY ${folderOfPacked} ./${folderOfPacked}\n`))
}

type Manifest = Record<string, string | boolean | Record<string, string>>

/** The package.json of all templates, with what each further folder adds to it: a template has its own dependencies, as Phaser. */
function manifestOf(folders: readonly string[], packed?: PackedPackages): string {
  const manifests = folders
    .map((folder) => join(folder, '_manifest'))
    .filter((file) => existsSync(file))
    .map((file): Manifest => JSON.parse(readFileSync(file, 'utf8')))
  const whole: Manifest = {}
  for (const [key, value] of manifests.flatMap((manifest) => Object.entries(manifest))) {
    const before = whole[key]
    if (typeof before !== 'object' || typeof value !== 'object') whole[key] = value
    else whole[key] = { ...before, ...value }
  }
  // in the order in which npm writes them
  for (const key of ['dependencies', 'devDependencies']) {
    whole[key] = Object.fromEntries(Object.entries(whole[key] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)))
  }
  if (packed !== undefined) takePacked(whole, packed)
  return `${JSON.stringify(whole, null, 2)}\n`
}

/** Lets a manifest name packed packages: those that it asks for itself, and as overrides those that these need. */
function takePacked(manifest: Manifest, packed: PackedPackages): void {
  const overrides = new Map([...packed].map(([name, file]) => [name, `file:${folderOfPacked}/${basename(file)}`]))
  for (const key of ['dependencies', 'devDependencies']) {
    const dependencies = manifest[key] as Record<string, string>
    for (const name of Object.keys(dependencies).filter((each) => each.startsWith('@tygase/'))) {
      const file = overrides.get(name)
      if (file === undefined) throw new CreateError('packages_missing', `${name} is not among the packed packages`)
      dependencies[name] = file
      overrides.delete(name)
    }
  }
  manifest.overrides = Object.fromEntries(overrides)
}

/** `gem-rush` is Gem rush. */
function titleOf(name: string): string {
  const words = name.replaceAll(/[-_.]+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
