// For the packages of this repository only: no promise is made about these names.
export { type LinkConditions, LinkDirection, type LinkStats } from './link/link-direction.js'
export { Predictor } from './predict/predictor.js'
