import type { Devtools } from './api.js'

/** What stands in for the devtools in a production build, and where no bundler says that it is development. */
export const devtools: Devtools = { draw() {} }
