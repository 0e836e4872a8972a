import { TygaseError } from '@tygase/gamestate'

/**
 * What a `request` rejects with when the server or a rule of the game refuses it: their code and message. Thrown by a handler of this
 * client, it refuses the server's event in the same way.
 */
export class RefusalError extends TygaseError<string> {}
