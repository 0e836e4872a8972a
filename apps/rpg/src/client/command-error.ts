/** A line that is not understood. It is not sent to the server. */
export class CommandError extends Error {
  /** `command_unknown`, `argument_invalid`, `already_connected` or `not_connected`. */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
