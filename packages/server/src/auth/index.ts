export { type Account, Accounts, type AccountsOptions, type AddOptions, type LoginOptions } from './accounts.js'
export type { AttemptRate } from './attempt-limit.js'
export type { Auth, AuthRequest, Identity } from './auth.js'
export {
  AuthError,
  type AuthErrorCode,
  authErrorCodes,
  type RefusalErrorCode,
  refusalErrorCodes,
} from './errors.js'
export { passwordAuth } from './password-auth.js'
export { createPasswords, type Passwords } from './passwords.js'
export type { ScryptCost } from './scrypt-hash.js'
export type { TokenKeys } from './signing-key.js'
export { type TokenAuthOptions, tokenAuth } from './token-auth.js'
export { createTokens, type IssueOptions, type TokenOptions, type Tokens } from './tokens.js'
export type { WallClock } from './wall-clock.js'
