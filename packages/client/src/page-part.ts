// What a page loads when it has connected: the part that keeps its seat, and the parts that answer questions of the server.

export { answer } from './questions-part.js'
export { rejoin } from './rejoin.js'
