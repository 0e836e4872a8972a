import { RefusalError } from '@tygase/protocol'
import type { Auth, AuthRequest } from './auth.js'
import type { Tokens } from './tokens.js'

export interface TokenAuthOptions {
  /** For which game a client's token has to be, given how it came. Default: that of the tokens. */
  gameIdOf?: (request: AuthRequest) => string
}

/**
 * Lets in whoever has a token: as the credentials, alone or as their `token`, or else in the header `Authorization: Bearer …`. The URL
 * is not looked at, as it ends up in logs. Refuses with `token_missing`, and as `verify` of the tokens does.
 */
export function tokenAuth(tokens: Tokens, { gameIdOf }: TokenAuthOptions = {}): Auth {
  return async (credentials, request) => {
    const token = tokenOf(credentials) ?? bearerOf(request.headers?.authorization)
    if (token === undefined) throw new RefusalError('token_missing', 'this game is for those who have a token')
    return await tokens.verify(token, gameIdOf?.(request))
  }
}

function tokenOf(credentials: unknown): string | undefined {
  if (typeof credentials === 'string') return credentials
  if (typeof credentials !== 'object' || credentials === null || !Object.hasOwn(credentials, 'token')) return undefined
  const { token } = credentials as { token: unknown }
  return typeof token === 'string' ? token : undefined
}

function bearerOf(header: string | readonly string[] | undefined): string | undefined {
  if (typeof header !== 'string') return undefined
  return /^bearer +(?<token>\S+) *$/i.exec(header)?.groups?.token
}
