export { createSeededRandom } from './sim/seeded-random.js'
export { type LinkConditions, type LinkStats, SimulatedLink } from './sim/simulated-link.js'
export { VirtualClock } from './sim/virtual-clock.js'
