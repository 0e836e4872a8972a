import { RefusalError } from '@tygase/protocol'
import type { Accounts } from './accounts.js'
import type { Auth } from './auth.js'

/**
 * Lets in whoever presents the `name` and the `password` of an account as credentials. Refuses with `credentials_invalid` what are
 * no two texts, and otherwise as `login` of the accounts does.
 */
export function passwordAuth(accounts: Pick<Accounts, 'login'>): Auth {
  return async (credentials, { address, signal, timeoutMs }) => {
    const { name, password } = textsOf(credentials)
    const account = await accounts.login(name, password, { address, signal, withinMs: timeoutMs })
    return { userId: account.userId, name: account.name }
  }
}

function textsOf(credentials: unknown): { name: string; password: string } {
  if (typeof credentials === 'object' && credentials !== null) {
    const { name, password } = credentials as { name?: unknown; password?: unknown }
    if (typeof name === 'string' && typeof password === 'string') return { name, password }
  }
  throw new RefusalError('credentials_invalid', 'this game asks for a name and a password')
}
