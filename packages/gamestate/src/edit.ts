export { editVersion } from './edit-version.js'
