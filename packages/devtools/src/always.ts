export { devtools } from './devtools.js'
