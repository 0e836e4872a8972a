import { ServerError } from '../errors.js'

/**
 * Web pages that may connect: a list of origins (`https://game.example`), or a function that is called with the origin of each
 * request, or with undefined if the request has none.
 */
export type AllowedOrigins = readonly string[] | ((origin: string | undefined) => boolean)

/**
 * Makes the check for the `Origin` header of a request. A list lets requests without an origin in: only browsers send the
 * header, and every other program could send any origin.
 * @throws ServerError `invalid_argument` naming an entry of the list that is not an origin
 */
export function originCheck(allowed: AllowedOrigins | undefined): (origin: string | undefined) => boolean {
  if (allowed === undefined) return () => true
  if (typeof allowed === 'function') return (origin) => allowed(origin) === true
  const origins = new Set(allowed.map(checkedOrigin))
  return (origin) => origin === undefined || origins.has(origin)
}

function checkedOrigin(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null'
  // an entry with a path or a query would never match
  if (origin === 'null' || (text.toLowerCase() !== origin && text.toLowerCase() !== `${origin}/`)) {
    throw new ServerError('invalid_argument', `not an origin like https://game.example: '${text}'`)
  }
  return origin
}
