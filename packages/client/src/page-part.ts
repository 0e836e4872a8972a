// What a page loads when it has connected: the part that keeps its seat, those that answer questions of the server, and the one that
// follows it to another server.

export { followMove } from './moves-part.js'
export { answer } from './questions-part.js'
export { rejoin } from './rejoin.js'
