import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts processor time in hundredths of a second, whatever the machine. */
const msPerTick = 10

/**
 * The processor time that a group of processes has used, with children that have ended.
 * @param {number} groupId the process that leads the group
 * @param {string} [procFolder] `/proc` unless a test has its own
 * @returns {number | undefined} in ms; undefined if the system does not say
 */
export function processorMsOf(groupId, procFolder = '/proc') {
  /** @type {number | undefined} */
  let ticks
  for (const name of namesIn(procFolder)) {
    if (!/^\d+$/.test(name)) continue
    const stat = textOf(`${procFolder}/${name}/stat`)
    // the name of the program is in brackets and may hold spaces and brackets
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [, , group, , , , , , , , , user, system, childrenUser, childrenSystem] = fields.map(Number)
    if (group !== groupId) continue
    ticks = (ticks ?? 0) + (user ?? 0) + (system ?? 0) + (childrenUser ?? 0) + (childrenSystem ?? 0)
  }
  return ticks === undefined ? undefined : ticks * msPerTick
}

/** @param {string} folder */
function namesIn(folder) {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** @param {string} path */
function textOf(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // the process has ended in the meantime
    return ''
  }
}
