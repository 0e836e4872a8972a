import { devtools as chosen } from '#devtools'
import type { Devtools } from './api.js'

/** The devtools of this build. Older compilers do not find the types of a name with `#`: here they have no need to. */
export const devtools: Devtools = chosen
