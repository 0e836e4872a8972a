import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript-6'

/** A function that the user of a package gives it. */
export interface UserFunction {
  /** Owner and member, or method and parameter: `RoomHooks.onJoin`, `Server.onJoin(listener)`. */
  readonly name: string
  /** Public entries that lead to it. */
  readonly packages: ReadonlySet<string>
}

type Direction = 'given' | 'got'

/**
 * Finds all functions that a user gives to the packages, in the declarations of their public entries: parameters and
 * properties that are functions, methods of interfaces that a user implements, functions in what such functions return.
 * @param root of the repository
 * @param notMade types that users neither make nor use
 */
export function findUserFunctions(root: string, notMade: readonly string[] = []): ReadonlyMap<string, UserFunction> {
  const entries = publicEntries(root)
  const program = programOf(root)
  const found = new Map<string, { name: string; packages: Set<string> }>()
  for (const { name, file } of entries) {
    const source = program.getSourceFile(file)
    if (source === undefined) throw new Error(`${file} is not in the program`)
    const walk = new Walk(program.getTypeChecker(), notMade, (path) => {
      const known = found.get(path) ?? { name: path, packages: new Set() }
      known.packages.add(name)
      found.set(path, known)
    })
    walk.entry(source)
  }
  return found
}

let program: ts.Program | undefined

/** The sources that the public entries of the packages lead to. Made once: it takes seconds. */
export function programOf(root: string): ts.Program {
  program ??= ts.createProgram(
    publicEntries(root).map(({ file }) => file),
    {
      ...{ noEmit: true, strict: true, exactOptionalPropertyTypes: true, skipLibCheck: true },
      ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
      ...{ target: ts.ScriptTarget.ES2023, lib: ['lib.es2023.d.ts', 'lib.es2024.string.d.ts'], types: ['node'] },
      customConditions: ['@tygase/source'],
    },
  )
  return program
}

function publicEntries(root: string): { name: string; file: string }[] {
  const folder = join(root, 'packages')
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'package.json')))
    .flatMap((name) => {
      const { exports } = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8'))
      return Object.keys(exports)
        .filter((entry) => !entry.startsWith('./internal'))
        .map((entry) => ({
          name: entry === '.' ? name : `${name}${entry.slice(1)}`,
          file: join(folder, name, exports[entry]['@tygase/source']),
        }))
    })
}

/** Goes through the types that an entry exports. */
class Walk {
  readonly #checker: ts.TypeChecker
  readonly #notMade: readonly string[]
  readonly #note: (name: string) => void
  readonly #seen = { given: new Set<string>(), got: new Set<string>() }

  constructor(checker: ts.TypeChecker, notMade: readonly string[], note: (name: string) => void) {
    this.#checker = checker
    this.#notMade = notMade
    this.#note = note
  }

  entry(source: ts.SourceFile): void {
    const module = this.#checker.getSymbolAtLocation(source)
    for (const exported of module === undefined ? [] : this.#checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(exported) : exported
      // a class that is exported as a type alone cannot be made by a user
      const isType = exported.declarations?.some(
        (each) => ts.isExportSpecifier(each) && (each.isTypeOnly || each.parent.parent.isTypeOnly),
      )
      if (symbol.valueDeclaration === undefined || isType) continue
      this.#type(this.#checker.getTypeOfSymbol(symbol), symbol.name, 'got')
    }
  }

  /** @param direction `given`: the user gives a value of the type; `got`: it gets one */
  #type(type: ts.Type, path: string, direction: Direction): void {
    if (isOfReact(type)) return
    if (type.isUnionOrIntersection()) {
      for (const part of type.types) this.#type(part, path, direction)
      return
    }
    if (type.flags & ts.TypeFlags.TypeParameter) {
      const constraint = this.#checker.getBaseConstraintOfType(type)
      if (constraint !== undefined && constraint !== type) this.#type(constraint, path, direction)
      return
    }
    if (type.flags & ts.TypeFlags.Conditional) {
      // the type of arguments that depend on the name of an event: the options are among those of the alias
      for (const part of type.aliasTypeArguments ?? []) this.#type(part, path, direction)
      return
    }
    if (!(type.flags & ts.TypeFlags.Object)) return
    const calls = type.getCallSignatures()
    if (calls.length > 0 && direction === 'given') this.#note(path)
    const owner = nameOf(type)
    const isOurs = (type.aliasSymbol ?? type.symbol)?.declarations?.some(isOwn) ?? false
    // nobody but the package makes an object of a class with private members
    if (direction === 'given' && hasPrivateMembers(type)) return
    if (owner !== undefined && this.#notMade.includes(owner)) return
    const key = keyOf(type)
    if (isOurs && this.#seen[direction].has(key)) return
    this.#seen[direction].add(key)
    for (const signature of [...calls, ...type.getConstructSignatures()]) this.#signature(signature, path, direction)
    const { typeArguments = [] } = type as ts.TypeReference
    if (!isOurs || this.#checker.isArrayType(type) || this.#checker.isTupleType(type)) {
      // a promise, a list or a map of ours
      for (const argument of typeArguments) this.#type(argument, path, direction)
      const index = type.getStringIndexType()
      if (index !== undefined) this.#type(index, path, direction)
      if (!isOurs) return
    }
    for (const property of type.getProperties()) {
      const { valueDeclaration } = property
      if (property.name.startsWith('__@') || property.name.startsWith('#')) continue
      if (valueDeclaration !== undefined && !isOwn(valueDeclaration)) continue
      this.#type(this.#checker.getTypeOfSymbol(property), `${owner ?? path}.${property.name}`, direction)
    }
    const index = type.getStringIndexType()
    if (index !== undefined) this.#type(index, `${owner ?? path}[]`, direction)
  }

  #signature(signature: ts.Signature, path: string, direction: Direction): void {
    const other = direction === 'got' ? 'given' : 'got'
    for (const parameter of signature.getParameters()) {
      const type = this.#checker.getTypeOfSymbol(parameter)
      this.#type(type, `${path}(${parameter.name})`, other)
    }
    this.#type(signature.getReturnType(), `${path}()`, direction)
  }
}

function nameOf(type: ts.Type): string | undefined {
  const { name } = type.aliasSymbol ?? type.symbol ?? {}
  return name === undefined || name.startsWith('__') ? undefined : name
}

function hasPrivateMembers({ symbol }: ts.Type): boolean {
  const declaration = symbol?.valueDeclaration
  if (declaration === undefined || !ts.isClassDeclaration(declaration)) return false
  return declaration.members.some(({ name }) => name !== undefined && ts.isPrivateIdentifier(name))
}

/** What a component is and shows is React's own: nothing of ours calls what is in it. */
function isOfReact({ aliasSymbol, symbol }: ts.Type): boolean {
  const [declaration] = (aliasSymbol ?? symbol)?.declarations ?? []
  return declaration?.getSourceFile().fileName.includes('/@types/react/') === true
}

/** The same for all instances of a generic type. */
function keyOf(type: ts.Type): string {
  const [declaration] = (type.aliasSymbol ?? type.symbol)?.declarations ?? []
  // a class and its objects have the same declaration
  const kind = type.getConstructSignatures().length > 0 ? 'class' : 'object'
  return declaration === undefined ? '' : `${kind} ${declaration.getSourceFile().fileName} ${declaration.pos}`
}

function isOwn(declaration: ts.Declaration): boolean {
  const { fileName } = declaration.getSourceFile()
  return !fileName.includes('/node_modules/') || fileName.includes('@standard-schema')
}
