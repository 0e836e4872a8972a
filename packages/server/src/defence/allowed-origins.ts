export { type AllowedOrigins, originCheck } from '../entrance/origins.js'
