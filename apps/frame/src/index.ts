export { botName } from './bot-names.js'
export { runProgram } from './program.js'
