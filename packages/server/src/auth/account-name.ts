import { AuthError } from './errors.js'

/** Letters and digits of any script, with `.`, `_` and `-` behind the first: nothing that means something in a path, a line or a page. */
const allowed = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u
const maxLength = 32

/**
 * The user id of an account: its name with case and Unicode's compatible forms taken away, so that nobody takes `Ada` beside `ada`.
 * @returns undefined for what no account can be called
 */
export function userIdOf(name: string): string | undefined {
  if (typeof name !== 'string' || name.length > maxLength * 2) return undefined
  const folded = name.normalize('NFKC').toLowerCase().normalize('NFKC')
  return allowed.test(folded) && [...folded].length <= maxLength ? folded : undefined
}

/** The same. @throws AuthError `name_invalid` */
export function checkedUserIdOf(name: string): string {
  const userId = userIdOf(name)
  if (userId !== undefined) return userId
  throw new AuthError(
    'name_invalid',
    `a name has 1 to ${maxLength} letters, digits and . _ -, and begins with one of the first two`,
  )
}
