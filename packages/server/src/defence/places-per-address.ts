export { AddressLimits as PlacesPerAddress } from '../entrance/address-limits.js'
