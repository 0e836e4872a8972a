import { join } from 'node:path'

/**
 * Where a file is below a folder, by a path of a URL, percent-encoded as it came. Only plain names lead on: what could mean another
 * place on any system (`..`, an encoded slash, a backslash, a drive, NUL), and whatever begins with a dot, leads nowhere. A path
 * that ends with a slash means the `index.html` there.
 * @param path without a slash at its beginning
 * @returns undefined where it leads nowhere
 */
export function safeJoin(dir: string, path: string): string | undefined {
  const segments: string[] = []
  for (const encoded of path.split('/')) {
    let segment: string
    try {
      segment = decodeURIComponent(encoded)
    } catch {
      return undefined
    }
    segments.push(segment)
  }
  if (segments.at(-1) === '') segments[segments.length - 1] = 'index.html'
  return segments.every(isPlainName) ? join(dir, ...segments) : undefined
}

/** Windows takes colons for drives and streams, and drops dots and spaces at the end of a name. */
function isPlainName(segment: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: reason: control characters are what it is to find
  return segment !== '' && !/^\.|[\\/:\u0000-\u001f\u007f]|[. ]$/.test(segment)
}
