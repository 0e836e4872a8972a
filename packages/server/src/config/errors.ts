import { TygaseError } from '@tygase/gamestate'

/** The codes of {@link ConfigError}. */
export const configErrorCodes = ['config_invalid', 'config_file_unreadable'] as const

export type ConfigErrorCode = (typeof configErrorCodes)[number]

/** Raised where a program's configuration is read. */
export class ConfigError extends TygaseError<ConfigErrorCode> {
  /** With `config_invalid`: what is wrong, a sentence for each value, with the name of its variable or its key. */
  readonly problems: readonly string[]

  constructor(code: ConfigErrorCode, message: string, options?: { cause?: unknown; problems?: readonly string[] }) {
    super(code, message, options)
    this.problems = options?.problems ?? []
  }
}
