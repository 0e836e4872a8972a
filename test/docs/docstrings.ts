import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import typescript from 'typescript-6'
import { type Entry, entriesOf } from '../architecture/exported-names.js'
import { readText, root, workspaces } from '../architecture/repository.js'

type Declaration = import('typescript-6').Statement
type Node = import('typescript-6').Node

const { SyntaxKind } = typescript
const entries = workspaces()
  .filter(({ kind }) => kind === 'package')
  .flatMap(entriesOf)
const sources = new Map<string, import('typescript-6').SourceFile>()

function sourceOf(file: string): import('typescript-6').SourceFile {
  const known = sources.get(file)
  if (known !== undefined) return known
  const source = typescript.createSourceFile(file, readText(file), typescript.ScriptTarget.ES2023, true)
  sources.set(file, source)
  return source
}

/** The public names of an entry, and of each that has members these too, without a docstring. */
export function undocumented({ file }: Entry): string[] {
  const missing: string[] = []
  for (const { name, inner, place } of exportsOf(file)) {
    const found = declarationsOf(inner, place)
    if (!found.some((declaration) => hasDocstring(declaration))) missing.push(name)
    for (const declaration of found) missing.push(...membersWithout(name, declaration))
  }
  return missing
}

interface Export {
  /** As importers write it. */
  readonly name: string
  /** As it is called in `place`, the file that it comes from. */
  readonly inner: string
  readonly place: string
}

function exportsOf(file: string): Export[] {
  return sourceOf(file).statements.flatMap((statement) => {
    if (!typescript.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) return []
    const { exportClause, moduleSpecifier } = statement
    if (exportClause === undefined || !typescript.isNamedExports(exportClause)) return []
    const place = fileOf((moduleSpecifier as import('typescript-6').StringLiteral).text, file)
    if (place === undefined) return []
    return exportClause.elements.map(({ name, propertyName = name }) => ({
      name: name.text,
      inner: propertyName.text,
      place,
    }))
  })
}

/** The declarations of a name, wherever it was declared first. */
function declarationsOf(name: string, file: string): Declaration[] {
  const own = sourceOf(file).statements.filter((statement) => namesOf(statement).includes(name))
  if (own.length > 0) return own
  const next = exportsOf(file).find((found) => found.name === name)
  return next === undefined ? [] : declarationsOf(next.inner, next.place)
}

function namesOf(statement: Declaration): string[] {
  if (typescript.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText())
  }
  const { name } = statement as { name?: { text?: string } }
  return name?.text === undefined || typescript.isExportDeclaration(statement) ? [] : [name.text]
}

/**
 * Members that users see: neither private nor an override, which has the docstring of what it overrides. A class that implements an
 * interface leaves that to the interface.
 */
function membersWithout(owner: string, declaration: Declaration): string[] {
  const { heritageClauses = [] } = declaration as { heritageClauses?: readonly { readonly token: number }[] }
  if (heritageClauses.some(({ token }) => token === SyntaxKind.ImplementsKeyword)) return []
  const members = membersOf(declaration).filter(({ name, modifiers = [] }) => {
    const isHidden = modifiers.some(
      ({ kind }) => kind === SyntaxKind.PrivateKeyword || kind === SyntaxKind.OverrideKeyword,
    )
    return name !== undefined && !typescript.isPrivateIdentifier(name) && !isHidden
  })
  const names = new Set(members.map(({ name }) => name!.getText()))
  // of overloads and of a pair of accessors one is enough
  const documented = new Set(members.filter(hasDocstring).map(({ name }) => name!.getText()))
  return [...names].filter((name) => !documented.has(name)).map((name) => `${owner}.${name}`)
}

type Member = Node & { readonly name?: Node; readonly modifiers?: readonly Node[] }

function membersOf(declaration: Declaration): readonly Member[] {
  if (typescript.isInterfaceDeclaration(declaration) || typescript.isClassDeclaration(declaration)) {
    return declaration.members as unknown as readonly Member[]
  }
  const isShape = typescript.isTypeAliasDeclaration(declaration) && typescript.isTypeLiteralNode(declaration.type)
  return isShape ? (declaration.type.members as unknown as readonly Member[]) : []
}

function hasDocstring(node: Node): boolean {
  return typescript.getJSDocCommentsAndTags(node).length > 0
}

/** The source file of a specifier; undefined for a package of others. */
function fileOf(specifier: string, from: string): string | undefined {
  if (!specifier.startsWith('.')) return entries.find((entry) => entry.specifier === specifier)?.file
  const file = posix.join(posix.dirname(from), specifier.replace(/\.js$/, '.ts'))
  return existsSync(`${root}/${file}`) ? file : `${file}x`
}
