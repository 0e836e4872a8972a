export { runCli } from '../top/run-top.js'
