export { isLoopback, neighbourhoodOf, normalHost } from '../entrance/address.js'
