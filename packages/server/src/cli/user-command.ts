import { existsSync } from 'node:fs'
import { checkedUserIdOf } from '../auth/account-name.js'
import { Accounts } from '../auth/accounts.js'
import { AuthError } from '../auth/errors.js'
import { lmdbStorage } from '../storage/lmdb-storage.js'
import { askNewSecret } from './ask-secret.js'
import type { CliIo } from './cli-io.js'
import { UsageError } from './usage-error.js'

export interface UserCommand {
  readonly action: string | undefined
  readonly names: readonly string[]
  readonly db: string | undefined
}

/** `tygase user …`. @throws UsageError, AuthError, StorageError */
export async function runUserCommand(command: UserCommand, io: CliIo): Promise<void> {
  const { action, names } = command
  switch (action) {
    case 'add':
    case 'passwd': {
      const name = onlyOf(names)
      checkedUserIdOf(name)
      return await withAccounts(command, io, action, async (accounts) => {
        await checkPresence(accounts, name, action)
        const password = await askNewSecret(io, 'Password')
        if (action === 'add') await accounts.add(name, password)
        else await accounts.setPassword(name, password)
        io.write(action === 'add' ? `${name} has been added\n` : `${name} has another password\n`)
      })
    }
    case 'remove': {
      const name = onlyOf(names)
      return await withAccounts(command, io, action, async (accounts) => {
        await accounts.remove(name)
        io.write(`${name} has been removed\n`)
      })
    }
    case 'list':
      if (names.length > 0) throw new UsageError(`user list takes no ${names[0]}`)
      return await withAccounts(command, io, action, (accounts) => writeAll(accounts, io))
    default:
      throw new UsageError(
        action === undefined ? 'user takes add, list, remove or passwd' : `'user ${action}' is no command`,
      )
  }
}

/** Before anybody has typed a password twice for nothing. @throws AuthError `name_taken`, `unknown_user` */
async function checkPresence(accounts: Accounts, name: string, action: 'add' | 'passwd'): Promise<void> {
  const isThere = (await accounts.find(name)) !== undefined
  if (isThere && action === 'add') throw new AuthError('name_taken', `there is a user ${name} already`)
  if (!isThere && action === 'passwd') throw new AuthError('unknown_user', `there is no user ${name}`)
}

async function withAccounts<Result>(
  { db }: UserCommand,
  { env }: CliIo,
  action: string,
  work: (accounts: Accounts) => Promise<Result>,
): Promise<Result> {
  const path = db ?? env.TYGASE_DB ?? ''
  if (path === '') throw new UsageError('--db says in which file the accounts are')
  // a file that is made for a slip of the finger would say that there are no users
  if (action !== 'add' && !existsSync(path)) throw new UsageError(`there is no file ${path}`)
  const storage = lmdbStorage({ path })
  try {
    return await work(new Accounts({ storage }))
  } finally {
    await storage.close()
  }
}

async function writeAll(accounts: Accounts, io: CliIo): Promise<void> {
  let page = await accounts.list()
  while (page.length > 0) {
    for (const { name, addedAt } of page) io.write(`${name}\t${addedAt}\n`)
    page = await accounts.list({ after: page.at(-1)!.userId })
  }
}

function onlyOf(names: readonly string[]): string {
  const [name] = names
  if (name === undefined || names.length > 1) throw new UsageError('one NAME, please; the password is asked for')
  return name
}
