import { ServerError } from '../errors.js'

/**
 * Which web pages may connect: a list of origins (`https://game.example`), or a function that is asked for each; it gets
 * undefined when the request names none.
 */
export type AllowedOrigins = readonly string[] | ((origin: string | undefined) => boolean)

/**
 * @returns whether a request with this `Origin` is let in. With a list, one without an origin is: only browsers send it, and
 * whoever is no browser could send any.
 * @throws ServerError `invalid_argument` naming an entry of the list that is no origin
 */
export function originCheck(allowed: AllowedOrigins | undefined): (origin: string | undefined) => boolean {
  if (allowed === undefined) return () => true
  if (typeof allowed === 'function') return (origin) => allowed(origin) === true
  const origins = new Set(allowed.map(checkedOrigin))
  return (origin) => origin === undefined || origins.has(origin)
}

function checkedOrigin(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null'
  // a path or a query would never match: whoever wrote it meant something else
  if (origin === 'null' || (text.toLowerCase() !== origin && text.toLowerCase() !== `${origin}/`)) {
    throw new ServerError('invalid_argument', `no origin like https://game.example: '${text}'`)
  }
  return origin
}
