// For the packages of this repository only: the part that digests a replica, loaded by a page when it is asked for the first time.
export { digestOf, type PartKey, partAt, partsOf } from './records/replica-digest.js'
