export type { LinkConditions } from './link-direction.js'
export { type LinkOptions, type LinkSimulation, simulateLink } from './simulate-link.js'
