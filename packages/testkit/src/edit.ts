export { editState } from './edit-state.js'
