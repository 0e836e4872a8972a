export { type HostRule, parseHostRule } from '../entrance/address.js'
