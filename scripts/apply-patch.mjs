/**
 * Applies a patch of `git diff` to files, without git. Finds the lines of each hunk by their text and not by their number, so that
 * a patch survives changes elsewhere in its file.
 * @param {string} patch text before the first file is ignored
 * @param {(path: string) => string} read the contents of a file, by its path in the repository
 * @returns {Map<string, string>} the new contents of each file, by path
 * @throws {Error} if the lines of a hunk are missing, or occur more than once
 */
export function applyPatch(patch, read) {
  /** @type {Map<string, string>} */
  const files = new Map()
  for (const { path, before, after } of hunksOf(patch)) {
    // with a line end before the first line too, so that a hunk consists of whole lines
    const contents = files.get(path) ?? `\n${read(path)}`
    const places = contents.split(before).length - 1
    if (places !== 1) throw new Error(`${path} has ${places === 0 ? 'no' : 'more than one'} place for\n${before}`)
    files.set(
      path,
      contents.replace(before, () => after),
    )
  }
  if (files.size === 0) throw new Error('the patch changes no file')
  return new Map([...files].map(([path, contents]) => [path, contents.slice(1)]))
}

/**
 * @param {string} patch
 * @returns {{ path: string, before: string, after: string }[]}
 */
function hunksOf(patch) {
  /** @type {{ path: string, before: string, after: string }[]} */
  const hunks = []
  let path = ''
  for (const line of patch.split('\n')) {
    const hunk = hunks.at(-1)
    if (line.startsWith('+++ b/')) path = line.slice('+++ b/'.length)
    else if (line.startsWith('@@')) hunks.push({ path, before: '\n', after: '\n' })
    else if (hunk === undefined || line === '' || line.startsWith('---')) continue
    else {
      if (line[0] !== '+') hunk.before += `${line.slice(1)}\n`
      if (line[0] !== '-') hunk.after += `${line.slice(1)}\n`
    }
  }
  return hunks
}
