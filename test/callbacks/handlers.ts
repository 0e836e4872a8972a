import { relative } from 'node:path'
import ts from 'typescript-6'
import { programOf } from './user-functions.js'

const listening = new Set(['on', 'once', 'addListener', 'prependListener', 'prependOnceListener', 'addEventListener'])
const later = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'nextTick'])
/** A handler that these have made, or whose only call is one of these, lets no failure out. */
const guards = new Set(['guard', 'guarded', 'settle'])
/** A clock that these make logs what the function of a timer throws. */
const clocks = new Set(['guardedClock', 'wakefulClock'])

/**
 * Finds handlers that the runtime calls and whose failure would end the process: given to `on` and its like, to timers, or set as
 * `onmessage` and its like; and clocks of the system with no guard around them, whose timers are the same. Handlers that
 * do nothing, or all of whose work is guarded, are left out.
 * @returns file and place of each, each once and in order
 */
export function findUnguardedHandlers(root: string): string[] {
  const found = new Set<string>()
  const program = programOf(root)
  // sets the parents of all nodes
  program.getTypeChecker()
  for (const source of program.getSourceFiles()) {
    const file = relative(root, source.fileName)
    if (!/^packages\/[^/]+\/src\//.test(file)) continue
    const visit = (node: ts.Node): void => {
      const given = handlerOf(node)
      if (given !== undefined && !isGuarded(given.handler)) found.add(`${file}: ${given.place}`)
      if (isBareClock(node)) found.add(`${file}: systemClock`)
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return [...found].sort()
}

/** The handler that a node gives to the runtime, and the words that name the place. */
function handlerOf(node: ts.Node): { handler: ts.Expression; place: string } | undefined {
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    const isSet = ts.isPropertyAccessExpression(node.left) && /^on[a-z]+$/.test(node.left.name.text)
    return isSet ? { handler: node.right, place: node.left.getText() } : undefined
  }
  if (!ts.isCallExpression(node)) return undefined
  const called = node.expression
  const name = ts.isPropertyAccessExpression(called) ? called.name.text : called.getText()
  const [first, second] = node.arguments
  if (listening.has(name) && first !== undefined && ts.isStringLiteral(first) && second !== undefined) {
    return { handler: second, place: `${called.getText()}('${first.text}')` }
  }
  if (!later.has(name)) return undefined
  // a timer takes its function first, and a socket's its time
  const handler = ts.isPropertyAccessExpression(called) ? node.arguments.at(-1) : first
  return handler && { handler, place: called.getText() }
}

function isGuarded(handler: ts.Expression): boolean {
  if (ts.isCallExpression(handler)) return isCallOfGuard(handler)
  if (!ts.isArrowFunction(handler)) return false
  if (!ts.isBlock(handler.body)) return isCallOfGuard(handler.body)
  const { statements } = handler.body
  return statements.every((each) => ts.isExpressionStatement(each) && isCallOfGuard(each.expression))
}

function isCallOfGuard(expression: ts.Expression): boolean {
  return ts.isCallExpression(expression) && guards.has(expression.expression.getText())
}

/** A use of the system's clock outside of an argument of `guardedClock` or `wakefulClock`. */
function isBareClock(node: ts.Node): boolean {
  if (!ts.isIdentifier(node) || node.text !== 'systemClock') return false
  const { parent } = node
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isVariableDeclaration(parent)) return false
  for (let outer: ts.Node = parent; !ts.isStatement(outer); outer = outer.parent) {
    if (ts.isCallExpression(outer) && clocks.has(outer.expression.getText())) return false
  }
  return true
}
