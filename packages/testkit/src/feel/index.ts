export type { FeelLine } from './feel-log.js'
export { type Drawing, type FeelOptions, type FeelPlayer, type FeelRows, measureFeel } from './measure-feel.js'
export { type FeelReport, scoreFeel } from './score-feel.js'
