import type { MakeList } from '../../src/events/sequence-list.js'
import { BlockList } from '../../src/events/sequence-list.js'

/** The lists of a server. */
export const makeList: MakeList = () => new BlockList()
