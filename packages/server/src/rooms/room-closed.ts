import { ServerError } from '../errors.js'

/** @returns the error `room_closed`, for whoever asks for something of a room that is over */
export function roomClosed(): ServerError {
  return new ServerError('room_closed', 'the room is over')
}
