export { type ClientAddress, formatAddress } from './entrance/address.js'
export type { AcceptedTransport } from './entrance/listener.js'
