import { closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'

/** With which lmdb marks its files, behind the 24 bytes that head a page, in the byte order of the machine. */
const magic = 0xbeefc0de
const headBytes = 28

/**
 * Makes the file of a database, which lmdb takes for a new one while it has no bytes, and that of its locks: lmdb itself would let
 * everybody read them.
 * @throws Error where it cannot be made, or is there and no database: opening that would end the process
 */
export function prepareFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'a+', 0o600)
  try {
    if (fstatSync(file).size > 0) checkHead(file)
  } finally {
    closeSync(file)
  }
  closeSync(openSync(`${path}-lock`, 'a', 0o600))
}

function checkHead(file: number): void {
  const head = new Uint32Array(headBytes / 4)
  const length = readSync(file, head, 0, headBytes, 0)
  if (length < headBytes || head.at(-1) !== magic) throw new Error('it is no database')
}
