export { decodePayload, encodePayload } from './payload.js'
export { defaultPayloadLimits, type PayloadLimits } from './payload-limits.js'
