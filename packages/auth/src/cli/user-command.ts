import { existsSync } from 'node:fs'
import type { Storage } from '@tygase/server'
import { checkedUserIdOf } from '../account-name.js'
import { Accounts } from '../accounts.js'
import { AuthError } from '../errors.js'
import { askNewSecret, type CliIo, UsageError } from './cli-io.js'

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
        io.write(action === 'add' ? `${name} was added\n` : `${name} has another password\n`)
      })
    }
    case 'remove': {
      const name = onlyOf(names)
      return await withAccounts(command, io, action, async (accounts) => {
        await accounts.remove(name)
        io.write(`${name} was removed\n`)
      })
    }
    case 'list':
      if (names.length > 0) throw new UsageError(`user list takes no ${names[0]}`)
      return await withAccounts(command, io, action, (accounts) => writeAll(accounts, io))
    default:
      throw new UsageError(
        action === undefined ? 'user takes add, list, remove or passwd' : `'user ${action}' is not a command`,
      )
  }
}

/** Checks the name before a password is typed. @throws AuthError `name_taken`, `unknown_user` */
async function checkPresence(accounts: Accounts, name: string, action: 'add' | 'passwd'): Promise<void> {
  const isThere = (await accounts.find(name)) !== undefined
  if (isThere && action === 'add') throw new AuthError('name_taken', `the user ${name} exists already`)
  if (!isThere && action === 'passwd') throw new AuthError('unknown_user', `there is no user ${name}`)
}

async function withAccounts<Result>(
  { db }: UserCommand,
  { env }: CliIo,
  action: string,
  work: (accounts: Accounts) => Promise<Result>,
): Promise<Result> {
  const path = db ?? env.TYGASE_DB ?? ''
  if (path === '') throw new UsageError('--db PATH is needed, the file of the accounts')
  // a mistyped path must not make a new file without users
  if (action !== 'add' && !existsSync(path)) throw new UsageError(`there is no file ${path}`)
  const storage = await openStorage(path)
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
  if (name === undefined || names.length > 1) throw new UsageError('one NAME is needed; the password is asked for')
  return name
}

/** The storage is a package of its own, because a program that keeps its accounts elsewhere does not need lmdb. */
async function openStorage(path: string): Promise<Storage> {
  let storages: typeof import('@tygase/storage')
  try {
    storages = await import('@tygase/storage')
  } catch (error) {
    throw new UsageError(`tygase user needs the package @tygase/storage: ${(error as Error).message}`)
  }
  return storages.lmdbStorage({ path })
}
