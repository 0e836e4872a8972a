export { predict } from './predict.js'
