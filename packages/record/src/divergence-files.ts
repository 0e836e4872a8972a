import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { faultOfOptions, isBytes, type OptionRow } from '@tygase/gamestate/internal'
import type { Divergence } from '@tygase/server/internal'
import { RecordError } from './errors.js'

/** Options of `divergenceFiles`. */
export interface DivergenceFilesOptions {
  /** Most files of this kind in the folder, from 1. The oldest ones go. Default 100. */
  maxFiles?: number
  /** A file that would be larger is written without the state, and if it still is, not at all. Default 4 MiB. */
  maxFileBytes?: number
}

const defaults = { maxFiles: 100, maxFileBytes: 4 * 1024 * 1024 }

/** The options of `divergenceFiles`. */
export const divergenceFilesOptionRows: readonly OptionRow[] = [
  {
    name: 'maxFiles',
    default: defaults.maxFiles,
    unit: 'files',
    min: 1,
    max: 10_000,
    whole: true,
    meaning: 'Files in the folder. The oldest ones go.',
  },
  {
    name: 'maxFileBytes',
    default: defaults.maxFileBytes,
    unit: 'bytes',
    min: 1024,
    meaning: 'A file that would be larger is written without the state.',
  },
]

const namePattern = /^divergence-.*\.json$/

/**
 * Writes each replica that was wrong into a file of JSON, for `divergence: { onDivergence }` of a room: the version of the server as
 * the client may see it, and the places where the client has another value. Bytes stand as base64, in an object `{ bytes }`, and
 * numbers that JSON does not have as `{ number }`. Only the owner of the process can read the files.
 * @param folder is made if it is not there
 * @returns a function that resolves when the file is written; it rejects with RecordError `divergence_failed`, which a room logs
 * @throws RecordError `invalid_argument`
 */
export function divergenceFiles(
  folder: string,
  options: DivergenceFilesOptions = {},
): (divergence: Divergence) => Promise<void> {
  if (typeof folder !== 'string' || folder === '') throw invalidArgument('the files need the name of a folder')
  const fault = faultOfOptions('divergenceFiles', divergenceFilesOptionRows, options)
  if (fault !== undefined) throw invalidArgument(fault)
  const settled = { ...defaults, ...options }
  let last = Promise.resolve()
  return (divergence) => {
    const written = last.then(() => write(folder, divergence, settled))
    last = written.catch(() => {})
    return written
  }
}

async function write(folder: string, divergence: Divergence, options: typeof defaults): Promise<void> {
  const { maxFiles, maxFileBytes } = options
  try {
    const whole = textOf(divergence)
    const text = whole.length <= maxFileBytes ? whole : textOf({ ...divergence, state: undefined })
    if (text.length > maxFileBytes) throw new RangeError(`a file of ${text.length} bytes`)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(join(folder, nameOf(divergence)), text, { mode: 0o600 })
    const names = (await readdir(folder)).filter((name) => namePattern.test(name)).sort()
    // names begin with the time
    for (const name of names.slice(0, -maxFiles)) await rm(join(folder, name), { force: true })
  } catch (cause) {
    throw new RecordError('divergence_failed', 'a replica that was wrong cannot be written down', { cause })
  }
}

/** A name that is safe, whatever the ids are. */
function nameOf({ atMs, room, clientId, version }: Divergence): string {
  const time = new Date(atMs).toISOString().replaceAll(/[:.]/g, '-')
  const ids = `${room}-${clientId}`.replaceAll(/[^\w-]/g, '_').slice(0, 100)
  return `divergence-${time}-${ids}-${version}.json`
}

function textOf(divergence: object): string {
  return `${JSON.stringify(divergence, (_, value: unknown) => plainOf(value), 1)}\n`
}

function plainOf(value: unknown): unknown {
  if (isBytes(value)) return { bytes: Buffer.from(value).toString('base64') }
  if (typeof value !== 'number') return value
  if (Object.is(value, -0)) return { number: '-0' }
  return Number.isFinite(value) ? value : { number: String(value) }
}

function invalidArgument(message: string): RecordError {
  return new RecordError('invalid_argument', message)
}
