import { atOnce, faultOfOptions, type OptionRow } from '@tygase/gamestate/internal'
import { type Auth, type AuthRequest, type Identity, RefusalError } from '@tygase/server'
import { isUserId, type WallClock, wallClock } from '@tygase/server/internal'
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { AuthError } from './errors.js'
import { keyOfPair, keyOfSecret, type SigningKey, type TokenKeys } from './signing-key.js'

/** Options of `createTokens`. */
export interface TokenOptions {
  /** At least 32 random bytes, if one program issues and verifies. Either this or `keys`. */
  secret?: string | Uint8Array
  /** A pair of keys, if another program issues the tokens. */
  keys?: TokenKeys
  /** The issuer of the tokens, their `iss`. */
  issuer: string
  /** The game of the tokens, their `aud`. */
  gameId: string
  /** Default: the time of day. */
  clock?: WallClock
}

const other = (name: keyof TokenOptions, meaning: string) =>
  ({ name, default: undefined, unit: '', min: 0, meaning }) satisfies OptionRow

/** The options of `createTokens`. */
export const tokenOptionRows: readonly OptionRow[] = [
  {
    ...other('secret', 'At least 32 random bytes, if one program issues and verifies. Either this or `keys`.'),
    code: 'key_invalid',
  },
  { ...other('keys', 'A pair of keys, if another program issues the tokens.'), code: 'key_invalid' },
  other('issuer', 'The issuer of the tokens, their `iss`.'),
  other('gameId', 'The game of the tokens, their `aud`.'),
  other('clock', 'Default: the time of day.'),
]

interface IssueOptions {
  /** Time until the token expires, in seconds: a whole number from 1 to 366 days. Default one hour. */
  expiresInS?: number
  /** Other claims, as JSON; `name` becomes the name of the identity. */
  claims?: Readonly<Record<string, unknown>>
  /** Default: `gameId` of the options. */
  gameId?: string
}

/** Issues and verifies tokens that name a user: JWTs (RFC 7519). */
export interface Tokens {
  /**
   * Makes a token. Rejects with an AuthError: `key_invalid` without a private key; `invalid_argument` for a wrong user id, a time
   * out of range, or a claim that the token sets itself.
   */
  issue(userId: string, options?: IssueOptions): Promise<string>

  /**
   * The identity in a token. Rejects with a RefusalError: `token_expired`; `token_invalid` for a token that was changed, has
   * another signature or none, comes from another issuer, is for another game, or names no user or no time of expiry.
   * @param gameId default: `gameId` of the options
   */
  verify(token: string, gameId?: string): Promise<Identity>
}

/** More than an honest token needs. The length is checked before the token is parsed. */
const maxTokenLength = 8192
const maxExpiresInS = 366 * 24 * 3600
const ownClaims = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']

/** @throws AuthError `key_invalid`, `invalid_argument` */
export function createTokens(options: TokenOptions): Tokens {
  const fault = faultOfOptions('createTokens', tokenOptionRows, options)
  if (fault !== undefined) throw new AuthError('invalid_argument', fault)
  return new JwtTokens(options)
}

class JwtTokens implements Tokens {
  readonly #key: SigningKey
  readonly #issuer: string
  readonly #gameId: string
  readonly #clock: WallClock

  constructor({ secret, keys, issuer, gameId, clock = wallClock }: TokenOptions) {
    if ((secret === undefined) === (keys === undefined)) {
      throw new AuthError('invalid_argument', 'tokens take a secret or keys, and not both')
    }
    this.#key = keys === undefined ? keyOfSecret(secret!) : keyOfPair(keys)
    this.#issuer = checkText('issuer', issuer)
    this.#gameId = checkText('gameId', gameId)
    this.#clock = { now: () => atOnce('clock.now', clock.now()) }
  }

  async issue(
    userId: string,
    { expiresInS = 3600, claims = {}, gameId = this.#gameId }: IssueOptions = {},
  ): Promise<string> {
    const { algorithm, signing } = this.#key
    if (signing === undefined) throw new AuthError('key_invalid', 'a private key is needed to issue tokens')
    if (!isUserId(userId)) throw new AuthError('invalid_argument', 'a user id is a text of 1 to 256 characters')
    if (!(Number.isInteger(expiresInS) && expiresInS >= 1 && expiresInS <= maxExpiresInS)) {
      throw new AuthError(
        'invalid_argument',
        `expiresInS is a whole number from 1 to ${maxExpiresInS}, not ${expiresInS}`,
      )
    }
    const taken = ownClaims.find((claim) => Object.hasOwn(claims, claim))
    if (taken !== undefined) throw new AuthError('invalid_argument', `the token sets the claim ${taken} itself`)
    const nowS = Math.floor(this.#clock.now() / 1000)
    return await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
      .setIssuer(this.#issuer)
      .setAudience(checkText('gameId', gameId))
      .setSubject(userId)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + expiresInS)
      .sign(signing)
  }

  async verify(token: string, gameId: string = this.#gameId): Promise<Identity> {
    if (typeof token !== 'string' || token.length > maxTokenLength) throw invalid()
    try {
      const { payload } = await jwtVerify(token, this.#key.verifying, {
        algorithms: [this.#key.algorithm],
        issuer: this.#issuer,
        audience: gameId,
        currentDate: new Date(this.#clock.now()),
      })
      return identityOf(payload)
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new RefusalError('token_expired', 'the token has expired')
      if (error instanceof errors.JOSEError) throw invalid()
      throw error
    }
  }
}

function identityOf({ iss, sub, aud, exp, nbf, iat, jti, ...claims }: JWTPayload): Identity {
  if (!isUserId(sub) || exp === undefined) throw invalid()
  const { name } = claims
  return { userId: sub, claims, expiresAtMs: exp * 1000, ...(typeof name === 'string' && { name }) }
}

/** One text for all faults, so that a forger does not learn which check failed. */
function invalid(): RefusalError {
  return new RefusalError('token_invalid', 'the token is not valid for this game')
}

function checkText(name: string, value: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new AuthError('invalid_argument', `${name} must be a text that is not empty`)
}

export interface TokenAuthOptions {
  /** The game that a client's token must be for, by its request. Default: `gameId` of the tokens. */
  gameIdOf?: (request: AuthRequest) => string
}

/**
 * An `auth` that lets clients in with a token: as credentials, alone or as their property `token`, or in the header
 * `Authorization: Bearer …`. It does not read the URL, because URLs are logged. It refuses clients without a token with
 * `token_missing`, and the others as `verify` does.
 */
export function tokenAuth(tokens: Tokens, { gameIdOf }: TokenAuthOptions = {}): Auth {
  return async (credentials, request) => {
    const token = tokenOf(credentials) ?? bearerOf(request.headers?.authorization)
    if (token === undefined) throw new RefusalError('token_missing', 'this game asks for a token')
    return await tokens.verify(token, gameIdOf && atOnce('gameIdOf', gameIdOf(request)))
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
