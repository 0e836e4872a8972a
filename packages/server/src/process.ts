export { type GracefulOptions, gracefully } from './gracefully.js'
