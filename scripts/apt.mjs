import { existsSync } from 'node:fs'
import { runCommand } from './run-command.mjs'

/**
 * Installs Debian packages if possible: with apt-get, and as root or by sudo without a password.
 * @param {readonly string[]} packages
 * @returns {Promise<string>} a sentence about how it went, for the case that what was wanted is not there afterwards
 */
export async function installWithApt(packages) {
  if (!existsSync('/usr/bin/apt-get')) return 'It cannot be installed from here: there is no apt-get.'
  const isRoot = process.getuid?.() === 0
  if (!isRoot && (await runCommand('sudo', ['-n', 'true'])).exitCode !== 0) {
    return 'It cannot be installed from here: that takes root, or sudo without a password.'
  }
  const aptGet = ['apt-get', '-o', 'DPkg::Lock::Timeout=120']
  const prefix = isRoot ? [] : ['sudo', '-n']
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const [program = '', ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', ...aptGet, ...args]
    const { exitCode, output } = await runCommand(program, rest)
    if (exitCode !== 0) return `apt-get ${args[0]} failed:\n${output.trimEnd()}\n`
  }
  return 'apt-get has installed it, but not where it is looked for.'
}
