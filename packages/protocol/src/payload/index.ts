export { defaultPayloadLimits, type PayloadLimits } from './check-payload.js'
export { decodePayload, encodePayload } from './payload.js'
