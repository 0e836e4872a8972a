import { ClientError } from '@tygase/client'
import { printable } from '@tygase/terminal'

/** What went wrong, for people, with its code: errors of the packages have one, and so have those of a command. */
export function errorWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // why a client is not let in says more than that it is not
  const said = (error instanceof ClientError && error.refusal) || (error as Error & { code?: unknown })
  const message = printable(said.message)
  return typeof said.code === 'string' ? `${message} (${said.code})` : message
}
