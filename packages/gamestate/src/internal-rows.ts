// For the packages of this repository only: the part that reads maps, loaded by a page when its first map comes.
export { readVersionMap } from './rows/version-map.js'
