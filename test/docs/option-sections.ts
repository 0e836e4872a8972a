import { accountsOptionRows } from '../../packages/auth/src/accounts.js'
import { tokenOptionRows } from '../../packages/auth/src/tokens.js'
import { connectOptionTable } from '../../packages/client/src/options.js'
import { gameOptionRows, machineOptionRows, storeOptionRows } from '../../packages/gamestate/src/option-rows.js'
import { httpLimitRows, httpOptionRows } from '../../packages/http/src/options.js'
import { sessionLimitRows } from '../../packages/protocol/src/limits.js'
import { tasksOptionRows } from '../../packages/tasks/src/tasks.js'
import type { OptionSection } from './defaults-page.js'

/** All tables of options, in the order of the page. */
export const optionSections: readonly OptionSection[] = [
  {
    heading: 'Limits of sessions',
    about: 'The `limits` of `new Server`, of a kind of room, and of `connect`: sizes, rates and times.',
    rows: sessionLimitRows,
  },
  { heading: 'connect', about: 'The second argument of `connect(address, options)`.', rows: connectOptionTable },
  { heading: 'createTokens', about: '`@tygase/auth`: [tokens](../guides/auth.md#tokens).', rows: tokenOptionRows },
  {
    heading: 'new Accounts',
    about: '`@tygase/auth`: [accounts](../guides/auth.md#accounts).',
    rows: accountsOptionRows,
  },
  { heading: 'createHttp', about: '`@tygase/http`: [HTTP](../guides/http.md).', rows: httpOptionRows },
  { heading: 'Limits of createHttp', about: 'The `limits` of `createHttp`.', rows: httpLimitRows },
  { heading: 'createTasks', about: '`@tygase/tasks`: [tasks](../guides/tasks.md).', rows: tasksOptionRows },
  { heading: 'defineGame', about: 'Numbers of a game, the argument of `defineGame`.', rows: gameOptionRows },
  {
    heading: 'new GameStateStore',
    about: 'For games without a server. A room takes the first three.',
    rows: storeOptionRows,
  },
  {
    heading: 'new GameStateMachine',
    about: 'For games without a server. A room takes the first three.',
    rows: machineOptionRows,
  },
]
