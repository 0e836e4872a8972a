import { ClientError } from '@tygase/client'
import { printable } from '@tygase/terminal'

/** An error as a sentence with its code. Errors of the packages and of commands have one. */
export function errorWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // the refusal says more than the error of `connect`
  const source = (error instanceof ClientError && error.refusal) || (error as Error & { code?: unknown })
  const message = printable(source.message)
  return typeof source.code === 'string' ? `${message} (${source.code})` : message
}
