/** What the libraries report to, in pino's shape, so that a pino logger can be passed as it is. */
export interface Logger {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

const ignore = (): void => {}

/** Drops everything: the default everywhere, as a library does not print. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }
