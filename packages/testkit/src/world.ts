export { World, WorldClient, type WorldClientOptions, type WorldOptions, type WorldProblem } from './virtual-world.js'
