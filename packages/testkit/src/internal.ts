// For the packages of this repository only: no promise is made about these names.
export { createSeededRandom } from './seeded-random.js'
export { type LinkConditions, SimulatedLink } from './simulated-link.js'
export { VirtualClock } from './virtual-clock.js'
export { VirtualTime } from './virtual-time.js'
