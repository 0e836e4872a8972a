import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** An input that something went wrong with once, as it stands in a file of test/fuzz/found. */
export interface Found {
  readonly target: string
  /** What was wrong. */
  readonly problem: string
  /** The input. */
  readonly hex: string
}

export function inputOf({ hex }: Found): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

/** Writes a file for the input, named by its target and its content. @returns the file's name */
export function keep(folder: string, target: string, input: Uint8Array, problem: string): string {
  const found: Found = { target, problem, hex: Buffer.from(input).toString('hex') }
  const name = `${target}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}.json`
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), `${JSON.stringify(found, undefined, 2)}\n`)
  return name
}

/** All that were ever kept, by file name. */
export function readFound(folder: string): [name: string, found: Found][] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return names.sort().map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as Found])
}
