/** The codes of {@link CreateError}. */
const createErrorCodes = [
  'option_unknown',
  'name_invalid',
  'template_unknown',
  'folder_not_empty',
  'packages_missing',
  'cancelled',
] as const

/** The codes of {@link CreateError}. */
export type CreateErrorCode = (typeof createErrorCodes)[number]

/** A game that cannot be made so. */
export class CreateError extends Error {
  /** Stable; ERRORS.md has each of them. */
  readonly code: CreateErrorCode

  constructor(code: CreateErrorCode, message: string) {
    super(message)
    this.name = 'CreateError'
    this.code = code
  }
}
