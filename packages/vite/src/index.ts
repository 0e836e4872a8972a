export { type TygaseOptions, tygase } from './plugin.js'
