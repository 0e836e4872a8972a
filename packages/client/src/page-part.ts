// What a page loads when it has connected: the part that keeps its seat, and the parts that answer its server. They are loaded
// before they are needed: once a server is gone, so may be the files of that version of the page.

export { followMove } from './moves-part.js'
export { answer } from './questions-part.js'
export { rejoin } from './rejoin.js'
