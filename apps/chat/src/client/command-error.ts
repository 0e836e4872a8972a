/** A line that is not understood; the server does not hear of it. */
export class CommandError extends Error {
  /** `command_unknown`, `argument_missing` or `json_invalid`. */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
