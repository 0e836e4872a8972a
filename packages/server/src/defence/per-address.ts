export { limitPerAddress } from '../entrance/address-limits.js'
