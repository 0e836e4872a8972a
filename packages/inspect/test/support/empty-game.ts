import { defineGame } from '@tygase/gamestate'

/** A game in which nothing happens. */
export const emptyGame = defineGame({ initialState: () => ({}) })
