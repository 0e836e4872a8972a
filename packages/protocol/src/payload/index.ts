export { decodePayload, encodePayload, type PayloadLimits } from './payload.js'
