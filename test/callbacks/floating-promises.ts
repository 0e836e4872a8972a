import { relative } from 'node:path'
import ts from 'typescript-6'
import { programOf } from './user-functions.js'

/**
 * Finds promises that nobody looks at: a call as a statement of its own or behind `void`, whose promise has neither an
 * `await` nor a function for its rejection.
 * @returns file and called function of each, each once and in order
 */
export function findFloatingPromises(root: string): string[] {
  const program = programOf(root)
  const checker = program.getTypeChecker()
  const found = new Set<string>()
  for (const source of program.getSourceFiles()) {
    const file = relative(root, source.fileName)
    if (!/^packages\/[^/]+\/src\//.test(file)) continue
    const visit = (node: ts.Node): void => {
      const dropped = droppedBy(node)
      if (dropped !== undefined && isPromise(checker, dropped) && !isCaught(dropped)) {
        const called = ts.isCallExpression(dropped) ? dropped.expression : dropped
        found.add(`${file}: ${called.getText(source).replace(/\s+/g, ' ')}`)
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return [...found].sort()
}

/** The expression whose value a node drops. */
function droppedBy(node: ts.Node): ts.Expression | undefined {
  if (ts.isVoidExpression(node)) return node.expression
  if (!ts.isExpressionStatement(node)) return undefined
  const { expression } = node
  const isAssignment =
    ts.isBinaryExpression(expression) &&
    expression.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    expression.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  return isAssignment || ts.isVoidExpression(expression) ? undefined : expression
}

function isPromise(checker: ts.TypeChecker, expression: ts.Expression): boolean {
  const type = checker.getTypeAtLocation(expression)
  const parts = type.isUnion() ? type.types : [type]
  return parts.some((part) => part.getProperty('then') !== undefined)
}

/** Whether a rejection goes somewhere: `.catch(f)`, or `.then(f, g)`. */
function isCaught(expression: ts.Expression): boolean {
  if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) return false
  const { text } = expression.expression.name
  return (
    (text === 'catch' && expression.arguments.length === 1) || (text === 'then' && expression.arguments.length === 2)
  )
}
