export type { Devtools, Place, PlaceOf } from './api.js'
export { devtools } from './build-devtools.js'
