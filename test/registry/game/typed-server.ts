import { Accounts, createTokens } from '@tygase/auth'
import { runCli } from '@tygase/auth/cli'
import { createHttp } from '@tygase/http'
import { Server } from '@tygase/server'
import { lmdbStorage, memoryStorage } from '@tygase/storage'
import { createTasks } from '@tygase/tasks'
import { simulate } from '@tygase/testkit'
import { measureFeel } from '@tygase/testkit/feel'
import { runTygase } from 'tygase'

export const accountsOf = (path: string): Accounts => new Accounts({ storage: lmdbStorage({ path }) })

export const all = [
  createHttp,
  createTasks,
  createTokens,
  measureFeel,
  memoryStorage,
  runCli,
  runTygase,
  Server,
  simulate,
]
