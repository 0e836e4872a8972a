import type { EventLimits } from '../limits.js'

/** What a payload may make its reader build. */
export type PayloadLimits = Pick<EventLimits, 'maxPayloadDepth' | 'maxPayloadElements' | 'maxPayloadStringBytes'>

/** As in the limits of a session: more than an event of a game should need. */
export const defaultPayloadLimits: Readonly<PayloadLimits> = Object.freeze({
  maxPayloadDepth: 32,
  maxPayloadElements: 65_536,
  maxPayloadStringBytes: 64 * 1024,
})
