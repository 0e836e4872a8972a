import { existsSync } from 'node:fs'
import { runCommand } from './run-command.mjs'

/** A mirror that is slow, or does not answer once, is asked again. */
const options = ['DPkg::Lock::Timeout=120', 'Acquire::Retries=5', 'Acquire::http::Timeout=30']

/** Of each apt-get, the one update of this process. @type {Map<string, ReturnType<typeof runCommand>>} */
const updates = new Map()

/**
 * Installs Debian packages if possible: with apt-get, and as root or by sudo without a password.
 * @param {readonly string[]} packages
 * @param {{ program?: string, isRoot?: boolean }} [system] what a test has in place of this machine
 * @returns {Promise<string>} a sentence about how it went, for the case that what was wanted is not there afterwards
 */
export async function installWithApt(
  packages,
  { program = '/usr/bin/apt-get', isRoot = process.getuid?.() === 0 } = {},
) {
  if (!existsSync(program)) return 'It cannot be installed from here: there is no apt-get.'
  if (!isRoot && (await runCommand('sudo', ['-n', 'true'])).exitCode !== 0) {
    return 'It cannot be installed from here: that takes root, or sudo without a password.'
  }
  /** @param {readonly string[]} args */
  const aptGet = (...args) => {
    const given = [...options.flatMap((option) => ['-o', option]), ...args]
    const words = ['env', 'DEBIAN_FRONTEND=noninteractive', program, ...given]
    return isRoot ? runCommand('env', words.slice(1)) : runCommand('sudo', ['-n', ...words])
  }
  const updating = updates.get(program) ?? aptGet('update')
  updates.set(program, updating)
  const update = await updating
  // also after a failure: what is out of reach may be another source than the one that has the packages
  const install = await aptGet('install', '-y', '--no-install-recommends', ...packages)
  if (install.exitCode === 0) return 'apt-get has installed it, but not where it is looked for.'
  const outputs = update.exitCode === 0 ? [install.output] : [update.output, install.output]
  return `apt-get failed:\n${outputs.map((output) => `${output.trimEnd()}\n`).join('')}`
}
