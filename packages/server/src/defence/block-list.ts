export { BlockList } from '../entrance/block-list.js'
