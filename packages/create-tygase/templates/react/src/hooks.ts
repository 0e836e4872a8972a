import { createHooks } from '@tygase/react'
import type { game } from './game.js'

/** The hooks of this game. All types follow from its rules. */
export const { GameProvider, useConnection, useGame, useRoom, useStatus } = createHooks<typeof game>()
