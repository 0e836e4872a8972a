// Finds the places of a source file where a small change makes a fault, and names each change.
import ts from 'typescript-6'

/**
 * A change of one expression or statement of a file.
 * @typedef {object} Mutant
 * @property {string} file path from the root of the repository
 * @property {number} start first character of what is replaced
 * @property {number} end the character after it
 * @property {number} line counted from 1
 * @property {string} what in a few words, for people
 * @property {string} replacement
 * @property {'expression' | 'statement'} kind
 * @property {boolean} begins whether a statement begins with it: a bracket there would go on with the line before
 */

/** Operators and what replaces each. */
const operators = new Map([
  ...pairs('<', '<='),
  ...pairs('>', '>='),
  ...pairs('===', '!=='),
  ...pairs('+', '-'),
  ...pairs('*', '/'),
  ...pairs('&&', '||'),
  ...pairs('+=', '-='),
  ...pairs('&', '|'),
  ...pairs('<<', '>>>'),
  ['%', '*'],
  ['??', '&&'],
])

/**
 * @param {string} a
 * @param {string} b
 * @returns {[string, string][]}
 */
function pairs(a, b) {
  return [
    [a, b],
    [b, a],
  ]
}

/**
 * @param {ts.Node} node
 * @param {ts.SourceFile} tree
 */
function beginsStatement(node, tree) {
  const start = node.getStart(tree)
  let outer = node
  while (!ts.isStatement(outer) && outer.parent.getStart(tree) === start) outer = outer.parent
  // a statement without a line of its own, such as that of an `if` without braces, goes on from nothing
  const holder = outer.parent
  return (
    ts.isExpressionStatement(outer) &&
    (ts.isBlock(holder) || ts.isSourceFile(holder) || ts.isCaseOrDefaultClause(holder))
  )
}

/**
 * @param {string} file path from the root of the repository
 * @param {string} source
 * @returns {Mutant[]} in the order of their places
 */
export function mutantsOf(file, source) {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true)
  /** @type {Mutant[]} */
  const found = []
  /**
   * @param {ts.Node} node
   * @param {string} what
   * @param {string} replacement
   * @param {Mutant['kind']} [kind]
   */
  const add = (node, what, replacement, kind = 'expression') => {
    const start = node.getStart(tree)
    const line = tree.getLineAndCharacterOfPosition(start).line + 1
    found.push({ file, start, end: node.getEnd(), line, what, replacement, kind, begins: beginsStatement(node, tree) })
  }
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (isOfTypes(node)) return
    if (ts.isBinaryExpression(node)) ofBinary(node, add)
    else if (ts.isPrefixUnaryExpression(node)) ofPrefix(node, add)
    else if (ts.isPostfixUnaryExpression(node)) ofPostfix(node, add)
    else if (ts.isIfStatement(node) || ts.isConditionalExpression(node)) {
      const condition = ts.isIfStatement(node) ? node.expression : node.condition
      add(condition, 'the condition holds always', 'true')
      add(condition, 'the condition never holds', 'false')
    } else if (ts.isNumericLiteral(node) && isValue(node)) {
      add(node, `${node.text} becomes one more`, `(${node.getText(tree)} + 1)`)
    } else if (node.kind === ts.SyntaxKind.TrueKeyword && isValue(node)) add(node, 'true becomes false', 'false')
    else if (node.kind === ts.SyntaxKind.FalseKeyword && isValue(node)) add(node, 'false becomes true', 'true')
    else if (ts.isReturnStatement(node) && node.expression && !isNothing(node.expression)) {
      add(node.expression, 'returns nothing', 'undefined')
    } else if (ts.isExpressionStatement(node) && isEffect(node.expression)) {
      add(node, 'the statement is left out', ';', 'statement')
    } else if (ts.isBreakStatement(node) && !ts.isCaseOrDefaultClause(node.parent)) {
      add(node, 'the loop goes on', ';', 'statement')
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found.sort((a, b) => a.start - b.start || a.end - b.end)
}

/** @typedef {(node: ts.Node, what: string, replacement: string) => void} Add */

/**
 * @param {ts.BinaryExpression} node
 * @param {Add} add
 */
function ofBinary(node, add) {
  const operator = node.operatorToken.getText()
  const other = operators.get(operator)
  // texts are put together with + too: to subtract them is no likely mistake
  if (other === undefined || (operator.startsWith('+') && (isText(node.left) || isText(node.right)))) return
  const [left, right] = [node.left.getText(), node.right.getText()]
  // what is assigned to cannot stand in brackets
  const isAssignment = operator === '+=' || operator === '-='
  add(node, `${operator} becomes ${other}`, `${isAssignment ? left : `(${left})`} ${other} (${right})`)
}

/**
 * @param {ts.PrefixUnaryExpression} node
 * @param {Add} add
 */
function ofPrefix(node, add) {
  const operand = node.operand.getText()
  if (node.operator === ts.SyntaxKind.ExclamationToken) add(node, '! is left out', `(${operand})`)
  else if (node.operator === ts.SyntaxKind.MinusToken) add(node, '- is left out', `(${operand})`)
  else if (node.operator === ts.SyntaxKind.PlusPlusToken) add(node, '++ becomes --', `--${operand}`)
  else if (node.operator === ts.SyntaxKind.MinusMinusToken) add(node, '-- becomes ++', `++${operand}`)
}

/**
 * @param {ts.PostfixUnaryExpression} node
 * @param {Add} add
 */
function ofPostfix(node, add) {
  // a loop that counts down from its start would only run for ever
  if (ts.isForStatement(node.parent)) return
  const isPlus = node.operator === ts.SyntaxKind.PlusPlusToken
  add(node, isPlus ? '++ becomes --' : '-- becomes ++', `${node.operand.getText()}${isPlus ? '--' : '++'}`)
}

/** @param {ts.Node} node */
function isOfTypes(node) {
  return (
    ts.isTypeNode(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node)
  )
}

/**
 * False for a number that names a property.
 * @param {ts.Node} node
 */
function isValue(node) {
  return !(ts.isPropertyAssignment(node.parent) && node.parent.name === node)
}

/** @param {ts.Node} node */
function isText(node) {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)
}

/** @param {ts.Expression} node */
function isNothing(node) {
  return node.getText() === 'undefined'
}

/** @param {ts.Expression} node */
function isEffect(node) {
  if (ts.isBinaryExpression(node)) return node.operatorToken.kind === ts.SyntaxKind.EqualsToken
  return ts.isCallExpression(node) && node.expression.kind !== ts.SyntaxKind.SuperKeyword
}
