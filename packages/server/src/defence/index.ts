export { BlockList } from './block-list.js'
