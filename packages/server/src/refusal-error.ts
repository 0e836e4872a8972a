import { TygaseError } from '@tygase/gamestate'

/**
 * Thrown by an event handler to refuse an event: code and message travel to the sender. Whatever else a handler throws
 * is logged here, and the sender learns no more than `handler_failed`.
 */
export class RefusalError extends TygaseError<string> {}
