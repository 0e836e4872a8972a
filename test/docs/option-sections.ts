import { connectOptionTable } from '../../packages/client/src/options.js'
import { sessionLimitRows } from '../../packages/protocol/src/limits.js'
import type { OptionSection } from './defaults-page.js'

/** All tables of options, in the order of the page. */
export const optionSections: readonly OptionSection[] = [
  {
    heading: '`limits` of a server, a kind of room, or `connect`',
    about: 'Sizes, rates and times of a session.',
    rows: sessionLimitRows,
  },
  { heading: '`connect(address, …)`', about: 'The second argument of `connect`.', rows: connectOptionTable },
]
