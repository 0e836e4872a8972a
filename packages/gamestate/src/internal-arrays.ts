// For the packages of this repository only: the part that reads changes of arrays, loaded by a page when the first one comes.
export { readArrayChange } from './codec/values/read-array-change.js'
