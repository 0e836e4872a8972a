export { createPlayground } from './create-playground.js'
