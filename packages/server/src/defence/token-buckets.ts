export { type BucketRate, TokenBuckets } from '../entrance/address-limits.js'
