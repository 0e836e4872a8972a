import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { GameCode } from '../run/game-code.js'

/** A node of a syntax tree. */
interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [part: string]: unknown
}

interface Cut {
  readonly start: number
  readonly end: number
  readonly by: string
}

/** Called in place of a part that was cut out. It is noted, for `worker.ts`, and nothing after it runs. */
const missing = 'tygaseMissingPart'
const helper = `function ${missing}(){throw globalThis.${missing}(),Error("a part that this page has not loaded")}`
const call = `${missing}()`
/** A shorter part stays: it is most of all a case of data that games have seldom, as the last bits of a list. */
const leastLetters = 24

/**
 * Cuts out of the worker's code what the games of the page do not reach, played by bots and by hands, on good and bad networks, live
 * and from links. That is a third of it. A run that reaches one of these parts after all stops, and the whole code plays it
 * again: runs follow from their records, so it is the same one.
 * @param code a script that is one call of a function
 * @param parse makes the tree of a script
 */
export function trim(code: string, games: readonly GameCode[], parse: (code: string) => unknown): string {
  const isReached = new Uint8Array(code.length).fill(1)
  for (const [start, end] of unreachedBy(code, games)) isReached.fill(0, start, end)
  const isUnreached = ({ start, end }: Node): boolean => {
    const next = isReached.indexOf(1, start)
    return next < 0 || next >= end
  }
  const cuts: Cut[] = []
  const visit = (node: Node): void => {
    const tail = tailOf(node, isUnreached)
    if (tail !== undefined) cuts.push(tail)
    for (const [key, part] of Object.entries(node)) {
      for (const child of Array.isArray(part) ? part : [part]) {
        if (!isNode(child) || (tail !== undefined && child.start >= tail.start)) continue
        const by = isUnreached(child) ? standInFor(child, node, key) : undefined
        if (by === undefined) visit(child)
        else if (child.end - child.start > leastLetters) cuts.push({ start: child.start, end: child.end, by })
      }
    }
  }
  visit(parse(code) as Node)
  let trimmed = ''
  let place = 0
  for (const { start, end, by } of cuts.sort((a, b) => a.start - b.start)) {
    trimmed += code.slice(place, start) + by
    place = end
  }
  return (trimmed + code.slice(place)).replace('{', `{${helper};`)
}

/** The statements at the end of a list that are not reached: after a return, for example. What they declare nothing else uses. */
function tailOf(node: Node, isUnreached: (node: Node) => boolean): Cut | undefined {
  const list = node.type === 'BlockStatement' ? node.body : node.type === 'SwitchCase' ? node.consequent : undefined
  if (!Array.isArray(list)) return undefined
  const statements = list as readonly Node[]
  const from = statements.findLastIndex((statement) => !isUnreached(statement) || isHoisted(statement)) + 1
  const [first, last] = [statements[from], statements.at(-1)]
  return first && last && { start: first.start, end: last.end, by: `${call};` }
}

function isHoisted({ type, kind }: Node): boolean {
  return type === 'FunctionDeclaration' || kind === 'var'
}

/** @returns undefined if the part cannot be taken out by itself */
function standInFor({ type }: Node, parent: Node, key: string): string | undefined {
  // one that is made and never called counts as not reached, too
  if (type === 'ArrowFunctionExpression' || type === 'FunctionExpression') return undefined
  switch (parent.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return key !== 'body' ? undefined : type === 'BlockStatement' ? `{${call}}` : call
    case 'CatchClause':
      return key === 'body' ? `{${call}}` : undefined
    case 'IfStatement':
      // after `else`
      return key === 'test' ? undefined : ` ${call};`
    case 'ConditionalExpression':
      return key === 'test' ? undefined : call
    case 'LogicalExpression':
      return key === 'right' ? call : undefined
    case 'AssignmentExpression':
      return key === 'right' && /^(\?\?|\|\||&&)=$/.test(String(parent.operator)) ? call : undefined
    default:
      return undefined
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string'
}

/** Plays the games in a process of its own, as `profile.mjs` says. @returns the parts that none has reached, by their places in the code */
function unreachedBy(code: string, games: readonly GameCode[]): readonly (readonly [start: number, end: number])[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'profile.mjs')], {
    input: JSON.stringify({ code, games }),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(`the games of the page do not play: ${stderr}`)
  return JSON.parse(stdout) as [number, number][]
}
