export { createSeededRandom } from './seeded-random.js'
export { type LinkConditions, type LinkStats, SimulatedLink } from './simulated-link.js'
export { VirtualClock } from './virtual-clock.js'
