import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from './root.mjs'
import { runCommand } from './run-command.mjs'

/**
 * Installs programs from npm into a folder of .cache, once, apart from the workspaces. They are too heavy to be dependencies
 * of the repository. Install scripts do not run: what they would fetch lies in packages as well.
 * @param {string} name of the folder
 * @param {readonly string[]} packages with their versions, such as `jest@30`
 * @returns {Promise<string>} the node_modules with them
 * @throws {Error} if npm cannot bring them
 */
export async function fetchTool(name, packages) {
  const folder = inRoot('.cache', 'matrix', name)
  const done = inRoot('.cache', 'matrix', name, 'done')
  if (existsSync(done)) return inRoot('.cache', 'matrix', name, 'node_modules')
  mkdirSync(folder, { recursive: true })
  // a package of its own, so that npm does not treat the folder as a part of the workspaces
  writeFileSync(inRoot('.cache', 'matrix', name, 'package.json'), '{ "private": true }\n')
  const { exitCode, output } = await runCommand('npm', [
    ...['install', '--prefix', folder, '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'],
    ...packages,
  ])
  if (exitCode !== 0) throw new Error(`npm could not bring ${packages.join(', ')}:\n${output}`)
  writeFileSync(done, packages.join('\n'))
  return inRoot('.cache', 'matrix', name, 'node_modules')
}

/**
 * The program that a package for this platform brings, of those that npm has installed.
 * @param {string} scope the folder of the packages for all platforms
 * @param {...string} path of the program in its package
 */
export function programIn(scope, ...path) {
  const [platform = ''] = readdirSync(scope).sort()
  return join(scope, platform, ...path)
}
