import { RefusalError } from '@tygase/protocol'
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { Identity } from './auth.js'
import { AuthError } from './errors.js'
import { keyOfPair, keyOfSecret, type SigningKey, type TokenKeys } from './signing-key.js'
import { isUserId } from './user-id.js'
import { type WallClock, wallClock } from './wall-clock.js'

export interface TokenOptions {
  /** For whom one program issues and verifies: 32 random bytes or more. Either this or `keys`. */
  secret?: string | Uint8Array
  /** For whom tokens are issued elsewhere. */
  keys?: TokenKeys
  /** Who issues the tokens: the `iss` of each. */
  issuer: string
  /** For which game they are: the `aud` of each. */
  gameId: string
  /** Default: the time of day. */
  clock?: WallClock
}

export interface IssueOptions {
  /** How long it holds, in seconds: a whole number from 1 to 366 days. Default one hour. */
  expiresInS?: number
  /** What else it says, as JSON has it; `name` becomes the name of the identity. */
  claims?: Readonly<Record<string, unknown>>
  /** Default: that of the options. */
  gameId?: string
}

/** Says on paper who somebody is: a JWT (RFC 7519). */
export interface Tokens {
  /**
   * Rejects with an AuthError: `key_invalid` where there is no private key, `invalid_argument` for a user id of none or more than 256
   * characters, a time out of range, or a claim that the token makes itself.
   */
  issue(userId: string, options?: IssueOptions): Promise<string>

  /**
   * Rejects with a RefusalError: `token_expired`, or `token_invalid` for one that was changed, is signed otherwise or not at all, comes from another issuer, is for
   * another game, or does not say for whom and until when.
   * @param gameId default: that of the options
   */
  verify(token: string, gameId?: string): Promise<Identity>
}

/** More than an honest token needs; nothing is parsed before. */
const maxTokenLength = 8192
const maxExpiresInS = 366 * 24 * 3600
const ownClaims = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']

/** @throws AuthError `key_invalid`, `invalid_argument` */
export function createTokens(options: TokenOptions): Tokens {
  return new JwtTokens(options)
}

class JwtTokens implements Tokens {
  readonly #key: SigningKey
  readonly #issuer: string
  readonly #gameId: string
  readonly #clock: WallClock

  constructor({ secret, keys, issuer, gameId, clock = wallClock }: TokenOptions) {
    if ((secret === undefined) === (keys === undefined)) {
      throw new AuthError('invalid_argument', 'tokens take a secret or keys, one of both')
    }
    this.#key = keys === undefined ? keyOfSecret(secret!) : keyOfPair(keys)
    this.#issuer = checkText('issuer', issuer)
    this.#gameId = checkText('gameId', gameId)
    this.#clock = clock
  }

  async issue(
    userId: string,
    { expiresInS = 3600, claims = {}, gameId = this.#gameId }: IssueOptions = {},
  ): Promise<string> {
    const { algorithm, signing } = this.#key
    if (signing === undefined) throw new AuthError('key_invalid', 'without a private key tokens are only verified')
    if (!isUserId(userId)) throw new AuthError('invalid_argument', 'a user id is a text of 1 to 256 characters')
    if (!(Number.isInteger(expiresInS) && expiresInS >= 1 && expiresInS <= maxExpiresInS)) {
      throw new AuthError(
        'invalid_argument',
        `expiresInS is a whole number from 1 to ${maxExpiresInS}, not ${expiresInS}`,
      )
    }
    const taken = ownClaims.find((claim) => Object.hasOwn(claims, claim))
    if (taken !== undefined) throw new AuthError('invalid_argument', `the claim ${taken} is made by the token itself`)
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

/** One text for all: who forges tokens is not told how far they got. */
function invalid(): RefusalError {
  return new RefusalError('token_invalid', 'the token is not valid here')
}

function checkText(name: string, value: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new AuthError('invalid_argument', `${name} is a text that is not empty`)
}
