export { devtools } from '#devtools'
export type { Devtools, Place, PlaceOf } from './api.js'
