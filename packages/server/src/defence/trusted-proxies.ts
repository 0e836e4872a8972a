export { addressOf } from '../entrance/address.js'
export { TrustedProxies, type TrustProxy } from '../entrance/trusted-proxies.js'
