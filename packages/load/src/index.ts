export { LoadError, type LoadErrorCode } from './errors.js'
export type { Newcomer, Play, Player } from './play.js'
export type { LoadReport } from './report/load-report.js'
