import { AuthError } from './errors.js'

/** Letters and digits of any script, then also `.`, `_` and `-`: no character that has a meaning in a path, a line or a page. */
const allowed = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u
const maxLength = 32

/**
 * The user id of an account: its name without case and without Unicode's compatible forms, so that `Ada` is taken if `ada` exists.
 * @returns undefined for a name that no account can have
 */
export function userIdOf(name: string): string | undefined {
  if (typeof name !== 'string' || name.length > maxLength * 2) return undefined
  const folded = name.normalize('NFKC').toLowerCase().normalize('NFKC')
  return allowed.test(folded) && [...folded].length <= maxLength ? folded : undefined
}

/** As `userIdOf`. @throws AuthError `name_invalid` */
export function checkedUserIdOf(name: string): string {
  const userId = userIdOf(name)
  if (userId !== undefined) return userId
  throw new AuthError(
    'name_invalid',
    `a name has 1 to ${maxLength} letters, digits and . _ -, and begins with a letter or a digit`,
  )
}
