/** The oldest Node that the packages run on, as in `engines` of each package.json. */
export const oldestNode = [20, 19]

/**
 * The complaint about a version of Node; undefined if it is new enough.
 * @param {string} version such as `20.19.0`
 * @returns {string | undefined} a sentence to print
 */
export function nodeComplaint(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined
  return `TyGaSe needs Node ${oldestMajor}.${oldestMinor} or newer; this is Node ${version}. Get one from https://nodejs.org.`
}

/** Ends the process with a sentence and exit code 1 when this Node is too old. */
export function requireNode() {
  const complaint = nodeComplaint(process.versions.node)
  if (complaint === undefined) return
  console.error(complaint)
  process.exit(1)
}
