import { relative } from 'node:path'
import ts from 'typescript-6'
import { programOf } from './user-functions.js'

/**
 * Finds calls of `slice` on bytes of unknown make: of a Node `Buffer` they give a view, and no copy. Bytes that the file itself
 * has made count as well, as the type does not say so: `copyBytes` is right for all.
 * @returns file and call of each, in order
 */
export function findSlicedBytes(root: string): string[] {
  const program = programOf(root)
  const checker = program.getTypeChecker()
  const found: string[] = []
  for (const source of program.getSourceFiles()) {
    const file = relative(root, source.fileName)
    if (!/^packages\/[^/]+\/src\//.test(file)) continue
    const visit = (node: ts.Node): void => {
      if (
        ts.isCallExpression(node) &&
        ts.isPropertyAccessExpression(node.expression) &&
        node.expression.name.text === 'slice' &&
        isBytes(checker.getTypeAtLocation(node.expression.expression))
      )
        found.push(`${file}: ${node.getText(source).replace(/\s+/g, ' ')}`)
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return found.sort()
}

function isBytes(type: ts.Type): boolean {
  const parts = type.isUnion() ? type.types : [type]
  return parts.some((part) => ['Uint8Array', 'Buffer'].includes(part.getSymbol()?.getName() ?? ''))
}
