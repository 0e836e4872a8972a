import { TygaseError } from '@tygase/gamestate/bytes'

/**
 * The other side's refusal of an event, with its code and message: what a `request` rejects with. Thrown by a handler, it
 * refuses the event that the handler was given; whatever else a handler throws is logged there, and the sender learns no
 * more than `handler_failed`.
 */
export class RefusalError extends TygaseError<string> {}
