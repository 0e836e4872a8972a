export type { TygaseIo } from './owners.js'
export { runTygase } from './run-tygase.js'
