import type { Logger } from '@tygase/gamestate'

/** @returns a logger that says with everything which room it is about */
export function roomLogger(logger: Logger, room: string): Logger {
  return {
    debug: (details, message) => logger.debug({ room, ...details }, message),
    info: (details, message) => logger.info({ room, ...details }, message),
    warn: (details, message) => logger.warn({ room, ...details }, message),
    error: (details, message) => logger.error({ room, ...details }, message),
  }
}
