import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, posix } from 'node:path'
import typescript from 'typescript-6'

const require = createRequire(import.meta.url)

/** The root of the canvas: all that a pen can do follows from it. */
const penType = 'OffscreenCanvasRenderingContext2D'
/** Parts of the declarations of the DOM that a pen needs whole. Of all others it needs the name alone. */
const canvasNames =
  /^(OffscreenCanvasRenderingContext2D|Canvas\w*|Path2D|TextMetrics|GlobalCompositeOperation|ImageSmoothingQuality)$/

/**
 * All that the compiler of the editor reads, by path: the language, the declarations of the library and of what the page has for
 * rules, and the canvas.
 */
export function readDeclarations(): Record<string, string> {
  const files: Record<string, string> = {}
  addLibrary(files, 'es2023')
  addPackage(files, '@tygase/gamestate', packageFolder('@tygase/gamestate'), 'dist/index.d.ts')
  const standardSchema = packageFolder('@standard-schema/spec')
  addPackage(files, '@standard-schema/spec', standardSchema, typesOf(standardSchema))
  addOwn(files, '@tygase/playground', '.', 'play')
  addOwn(files, 'zod', './mini', 'schemas')
  files['/canvas.d.ts'] = `${readCanvas()}\ndeclare const console: { log(...data: unknown[]): void }\n`
  return files
}

function addLibrary(files: Record<string, string>, name: string): void {
  const path = `/lib/lib.${name}.d.ts`
  if (Object.hasOwn(files, path)) return
  const text = readFileSync(join(dirname(require.resolve('typescript-6')), `lib.${name}.d.ts`), 'utf8')
  files[path] = text
  for (const [, next] of text.matchAll(/<reference lib="([\w.]+)"/g)) addLibrary(files, next!)
}

/** A package with one entry, and the files that it imports. */
function addPackage(files: Record<string, string>, name: string, folder: string, entry: string): void {
  files[`/node_modules/${name}/package.json`] = manifest({ '.': `./${entry}` })
  addFiles(files, `/node_modules/${name}`, folder, entry)
}

/** What a file of `src/run` is, as an entry of a package. */
function addOwn(files: Record<string, string>, name: string, entry: string, file: string): void {
  const text = readFileSync(join(import.meta.dirname, `../run/${file}.ts`), 'utf8')
  const { outputText } = typescript.transpileDeclaration(text, { fileName: `${file}.ts`, compilerOptions: {} })
  files[`/node_modules/${name}/package.json`] = manifest({ [entry]: `./${file}.d.ts` })
  files[`/node_modules/${name}/${file}.d.ts`] = outputText
}

/** A file of declarations and all that it imports by a path. */
function addFiles(files: Record<string, string>, place: string, folder: string, file: string): void {
  const path = `${place}/${file}`
  if (Object.hasOwn(files, path)) return
  const text = readFileSync(join(folder, file), 'utf8').replace(/^\/\/# sourceMappingURL.*$/m, '')
  files[path] = text
  for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)) {
    const next = posix.join(posix.dirname(file), specifier!.replace(/\.d\.ts$|\.[cm]?js$/, ''))
    const found = [`${next}.d.ts`, `${next}/index.d.ts`].find((candidate) => existsSync(join(folder, candidate)))
    if (found !== undefined) addFiles(files, place, folder, found)
  }
}

/** The declarations of a pen, without the rest of the DOM. */
function readCanvas(): string {
  const path = join(dirname(require.resolve('typescript-6')), 'lib.dom.d.ts')
  const source = typescript.createSourceFile('dom.d.ts', readFileSync(path, 'utf8'), typescript.ScriptTarget.ES2023)
  const statements = new Map<string, import('typescript-6').Statement[]>()
  for (const statement of source.statements) {
    for (const name of namesOf(statement)) statements.set(name, [...(statements.get(name) ?? []), statement])
  }
  const texts: string[] = []
  const seen = new Set<string>()
  const visit = (name: string): void => {
    const found = statements.get(name)
    if (found === undefined || seen.has(name)) return
    seen.add(name)
    if (!canvasNames.test(name)) return void texts.push(`interface ${name} {}`)
    for (const statement of found) {
      texts.push(statement.getText(source))
      const look = (node: import('typescript-6').Node): void => {
        if (typescript.isIdentifier(node)) visit(node.text)
        typescript.forEachChild(node, look)
      }
      look(statement)
    }
  }
  visit(penType)
  return texts.join('\n')
}

function namesOf(statement: import('typescript-6').Statement): string[] {
  if (typescript.isInterfaceDeclaration(statement) || typescript.isTypeAliasDeclaration(statement))
    return [statement.name.text]
  if (!typescript.isVariableStatement(statement)) return []
  return statement.declarationList.declarations.flatMap(({ name }) =>
    typescript.isIdentifier(name) ? [name.text] : [],
  )
}

function packageFolder(name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    if (existsSync(join(folder, name, 'package.json'))) return join(folder, name)
  }
  throw new Error(`${name} is not installed`)
}

function typesOf(folder: string): string {
  const { types } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { types: string }
  return types.replace(/^\.\//, '')
}

function manifest(entries: Readonly<Record<string, string>>): string {
  const exports = Object.fromEntries(Object.entries(entries).map(([entry, types]) => [entry, { types }]))
  return JSON.stringify({ exports })
}
