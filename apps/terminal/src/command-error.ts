/** A line that is not understood. It is not sent to the server. */
export class CommandError extends Error {
  /** Lower-case with underscores: `command_unknown`, for example. */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
