import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'

/** The world around the command: where it was typed, environment, input and output. */
export interface TygaseIo {
  /** The working folder: packages are looked for from here on upwards. */
  readonly folder: string
  /** The environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** A terminal if `isTTY` is set. */
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** True if a person sees what `writeError` writes. */
  readonly isTerminal?: boolean
  /** The terminal that `write` writes to, as large as it is now; undefined for a file or a pipe. */
  readonly screen?: { readonly columns: number; readonly rows: number } | undefined
  /** For results. */
  write(text: string): void
  /** For questions, progress and errors. */
  writeError(text: string): void
}

/** The entry `cli` of a package that owns commands. */
interface Owner {
  /**
   * @param args what stands behind `tygase`, the name of the command first
   * @returns exit code of the process
   */
  runCli(args: readonly string[], io: TygaseIo): Promise<number>
}

/** A command cannot be run: its message says what to install. */
export class OwnerError extends Error {}

/**
 * Loads the package that owns a command. The game's own folder is asked first: `npx tygase` may run from npm's cache, and
 * the package that the game has installed is the one whose files it uses.
 * @param owner such as `@tygase/auth`
 * @param folder where the command was typed
 * @throws OwnerError if the package is not installed, or is one without commands
 */
export async function loadOwner(command: string, owner: string, folder: string): Promise<Owner> {
  const asked = [join(folder, 'package.json'), import.meta.filename]
  let found: string | undefined
  for (const from of asked) {
    try {
      found ??= createRequire(from).resolve(`${owner}/cli`)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') {
        throw new OwnerError(
          `the installed ${owner} has no command '${command}'; for a newer one: npm install ${owner}@latest`,
        )
      }
      if (code !== 'MODULE_NOT_FOUND') throw error
    }
  }
  if (found === undefined) {
    throw new OwnerError(`'${command}' is part of ${owner}, which is not installed here: npm install ${owner}`)
  }
  const loaded: Owner = await import(pathToFileURL(found).href)
  return loaded
}
