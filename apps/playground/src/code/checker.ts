import type { LanguageService, LanguageServiceHost } from 'typescript-6'
import type { Sources } from '../share/shared-run.js'
import type { Mistake } from './compile.js'

type TypeScript = typeof import('typescript-6')

/** The text of each file that the compiler may read, by its path: the library's own declarations are among them. */
export type Declarations = Readonly<Record<string, string>>

const files = ['game', 'play'] as const
const pathOf = (file: keyof Sources): string => `/${file}.ts`
const maxMistakes = 50

/** What a run may not read: it would not be the same run elsewhere. */
const impure: readonly (readonly [RegExp, string])[] = [
  [
    /\bMath\s*\.\s*random\b/g,
    'Math.random differs from run to run: use ctx.random() in rules, and player.random() in bot.',
  ],
  [/(?<![.\w$])Date\b/g, 'Date differs from run to run: use ctx.time in rules, and seconds in draw.'],
]

/** Looks for mistakes in the sources of a game, with types. */
export class Checker {
  readonly #typescript: TypeScript
  readonly #declarations: Declarations
  readonly #texts = new Map<string, { text: string; version: number }>()
  readonly #service: LanguageService

  constructor(typescript: TypeScript, declarations: Declarations) {
    this.#typescript = typescript
    this.#declarations = declarations
    this.#service = typescript.createLanguageService(this.#host())
  }

  check(sources: Sources): readonly Mistake[] {
    for (const file of files) {
      const known = this.#texts.get(pathOf(file))
      if (known?.text === sources[file]) continue
      this.#texts.set(pathOf(file), { text: sources[file], version: (known?.version ?? 0) + 1 })
    }
    return files
      .flatMap((file) => [...this.#typeMistakes(file), ...impureNames(file, sources[file], this.#typescript)])
      .slice(0, maxMistakes)
  }

  #typeMistakes(file: keyof Sources): Mistake[] {
    const path = pathOf(file)
    const found = [...this.#service.getSyntacticDiagnostics(path), ...this.#service.getSemanticDiagnostics(path)]
    return found.map(({ start = 0, length = 1, messageText }) => {
      const text = this.#typescript.flattenDiagnosticMessageText(messageText, '\n')
      return { file, from: start, to: start + length, text }
    })
  }

  #host(): LanguageServiceHost {
    const { ScriptTarget, ModuleKind, ModuleResolutionKind, ScriptSnapshot } = this.#typescript
    const textOf = (path: string): string | undefined => this.#texts.get(path)?.text ?? this.#declarations[path]
    const folders = new Set(
      Object.keys(this.#declarations).flatMap((path) =>
        path.split('/').map((_, end, parts) => parts.slice(0, end).join('/') || '/'),
      ),
    )
    return {
      getCompilationSettings: () => ({
        strict: true,
        noEmit: true,
        target: ScriptTarget.ES2023,
        module: ModuleKind.ESNext,
        moduleResolution: ModuleResolutionKind.Bundler,
        lib: ['lib.es2023.d.ts'],
        types: [],
        noUncheckedIndexedAccess: true,
        skipLibCheck: true,
      }),
      getScriptFileNames: () => [...files.map(pathOf), '/canvas.d.ts'],
      getScriptVersion: (path) => String(this.#texts.get(path)?.version ?? 0),
      getScriptSnapshot: (path) => {
        const text = textOf(path)
        return text === undefined ? undefined : ScriptSnapshot.fromString(text)
      },
      getCurrentDirectory: () => '/',
      getDefaultLibFileName: () => '/lib/lib.es2023.d.ts',
      fileExists: (path) => textOf(path) !== undefined,
      readFile: textOf,
      directoryExists: (path) => folders.has(path),
    }
  }
}

/** Names that the types allow, and the run does not. Those in comments and texts are left alone. */
function impureNames(file: keyof Sources, source: string, typescript: TypeScript): Mistake[] {
  const code = withoutWords(source, typescript)
  return impure.flatMap(([pattern, text]) =>
    [...code.matchAll(pattern)].map(({ index, 0: { length } }) => ({ file, from: index, to: index + length, text })),
  )
}

/** The source with spaces in place of comments and texts. */
function withoutWords(source: string, { createScanner, ScriptTarget, SyntaxKind }: TypeScript): string {
  const scanner = createScanner(ScriptTarget.ES2023, false)
  scanner.setText(source)
  let code = ''
  for (let kind = scanner.scan(); kind !== SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    const text = scanner.getTokenText()
    const isCode = kind >= SyntaxKind.FirstPunctuation
    code += isCode ? text : ' '.repeat(text.length)
  }
  return code
}
