import type { Readable } from 'node:stream'

/** What a command line program has around it. */
export interface CliIo {
  readonly env: Readonly<Record<string, string | undefined>>
  /** A terminal where `isTTY` is set. */
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** For results. */
  write(text: string): void
  /** For everything else: what is asked, and what went wrong. */
  writeError(text: string): void
}
