import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Ways to a file system of one's own: for root, and for other users where the system lets them. */
const ways = [
  ['unshare', '-m'],
  ['unshare', '-r', '-m'],
] as const

const way = ways.find(([command, ...args]) => {
  const { status } = spawnSync(command, [...args, 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' })
  return status === 0
})

/** Why there are no small disks here; undefined if there are. */
export const noSmallDisk =
  way === undefined
    ? 'no small disk: `unshare -m` and `unshare -r -m` may not mount a tmpfs on this machine'
    : undefined

/** The end of a process. */
export interface Ended {
  /** Exit code, or the signal that ended it. */
  readonly end: number | string | null
  /** What it wrote last, as JSON. */
  readonly result: unknown
  /** All that it wrote to its errors. */
  readonly errors: string
}

/** Runs a program in a process whose arguments are a name and a folder: a disk of this size of its own, which goes with it. */
export async function runOnSmallDisk(program: string, name: string, bytes: number): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'tygase-'))
  const [command, ...args] = way!
  const script = 'mount -t tmpfs -o "size=$1" none "$2" && exec "$3" "$4" "$5" "$2"'
  const given = [`${bytes}`, folder, process.execPath, program, name]
  const child = spawn(command, [...args, 'sh', '-c', script, 'sh', ...given], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [output, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const end = await new Promise<number | string | null>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  )
  rmSync(folder, { recursive: true, force: true })
  const last = output.trim().split('\n').at(-1) ?? ''
  return { end, result: last === '' ? undefined : JSON.parse(last), errors }
}

/** Within the process: gives the disk another size, or makes it read-only. */
export function remount(folder: string, option: `size=${number}` | 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${option}`, folder])
}
