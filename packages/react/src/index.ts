export { createHooks, type GameHooks, type GameRoom, type GameStatus } from './create-hooks.js'
export type { GameProviderProps } from './provider.js'
export type { Frame } from './use-frames.js'
export { type RoomsView, useRooms } from './use-rooms.js'
