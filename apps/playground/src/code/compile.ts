import type { GameCode } from '../run/game-code.js'
import type { Sources } from '../share/shared-run.js'

type TypeScript = typeof import('typescript-6')

/** A mistake in a source. */
export interface Mistake {
  readonly file: keyof Sources
  /** Places in the text, from 0. */
  readonly from: number
  readonly to: number
  readonly text: string
}

export type Compiled = { readonly code: GameCode } | { readonly mistakes: readonly Mistake[] }

/**
 * Turns sources into code. Types are not looked at: only what is no TypeScript at all is a mistake here.
 * @param typescript the compiler, which a page loads only when it needs it
 */
export function compile(typescript: TypeScript, sources: Sources): Compiled {
  const mistakes: Mistake[] = []
  const bodyOf = (file: keyof Sources): string => {
    const { outputText, diagnostics = [] } = typescript.transpileModule(sources[file], {
      reportDiagnostics: true,
      fileName: `${file}.ts`,
      compilerOptions: {
        target: typescript.ScriptTarget.ES2022,
        module: typescript.ModuleKind.CommonJS,
        removeComments: true,
        ignoreDeprecations: '6.0',
      },
      transformers: { before: [powerToFunction(typescript)] },
    })
    for (const { start = 0, length = 1, messageText } of diagnostics) {
      const text = typescript.flattenDiagnosticMessageText(messageText, '\n')
      mistakes.push({ file, from: start, to: start + length, text })
    }
    return outputText
  }
  const code = { game: bodyOf('game'), play: bodyOf('play') }
  return mistakes.length > 0 ? { mistakes } : { code }
}

/** `a ** b` becomes `Math.pow(a, b)`: an operator cannot be replaced by one that is the same in every browser. */
function powerToFunction(
  typescript: TypeScript,
): import('typescript-6').TransformerFactory<import('typescript-6').SourceFile> {
  const { SyntaxKind, isBinaryExpression, visitEachChild, visitNode, isSourceFile } = typescript
  return (context) => {
    const { factory } = context
    const powerOf = (base: import('typescript-6').Expression, exponent: import('typescript-6').Expression) =>
      factory.createCallExpression(
        factory.createPropertyAccessExpression(factory.createIdentifier('Math'), 'pow'),
        undefined,
        [base, exponent],
      )
    const visit = (node: import('typescript-6').Node): import('typescript-6').Node => {
      const seen = visitEachChild(node, visit, context)
      if (!isBinaryExpression(seen)) return seen
      const { left, right, operatorToken } = seen
      if (operatorToken.kind === SyntaxKind.AsteriskAsteriskToken) return powerOf(left, right)
      // what stands on the left is read and written: only a plain name means the same twice
      const isPlain = operatorToken.kind === SyntaxKind.AsteriskAsteriskEqualsToken && isPlainTarget(typescript, left)
      if (!isPlain) return seen
      return factory.createAssignment(left, powerOf(left, right))
    }
    return (file) => visitNode(file, visit, isSourceFile)
  }
}

/** `a`, `this.a` or `a.b.c`. */
function isPlainTarget(typescript: TypeScript, target: import('typescript-6').Expression): boolean {
  if (typescript.isPropertyAccessExpression(target)) return isPlainTarget(typescript, target.expression)
  return typescript.isIdentifier(target) || target.kind === typescript.SyntaxKind.ThisKeyword
}
