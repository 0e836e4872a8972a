import type { Logger } from '@tygase/gamestate'

const nothing = (): void => {}

/** A logger without output. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }
