export { type Account, Accounts, type AccountsOptions, passwordAuth } from './accounts.js'
export { AuthError, type AuthErrorCode, type RefusalErrorCode } from './errors.js'
export { createPasswords } from './passwords.js'
export { createTokens, type TokenOptions, type Tokens, tokenAuth } from './tokens.js'
