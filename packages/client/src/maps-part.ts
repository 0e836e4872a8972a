// What a page loads with its first map.

export { readVersionMap } from '@tygase/gamestate/internal/rows'
/**
 * Not used: `connect` stands for all that the page has already. esbuild puts into one file what the same parts of a page need.
 * So this keeps together what maps need of it and the rest: in two files it would be 0.4 kB more.
 * @public
 */
export { connect } from './connect.js'
