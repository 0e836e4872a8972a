import { cwd } from 'node:process'

const testFile = /(?:\(|at |file:\/\/|async )(\/?[^\s()]+\.(?:test|spec)\.[cm]?[jt]sx?)/

/**
 * The command that runs the test again from which this is called.
 * @param stack of an error made there. Where it has no test file, the command runs all tests.
 */
export function repeatCommand(stack: string | undefined): string {
  const found = stack?.match(testFile)?.[1]
  if (found === undefined) return 'npx vitest run'
  const path = found.replace(/^file:\/\//, '')
  const folder = `${cwd()}/`
  return `npx vitest run ${path.startsWith(folder) ? path.slice(folder.length) : path}`
}
