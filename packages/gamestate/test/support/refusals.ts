import { TygaseError } from '../../src/index.js'

/** Runs what has to be refused. @returns `code: message` of the error, or what happened instead */
export function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return error instanceof TygaseError ? `${error.code}: ${error.message}` : `not coded: ${String(error)}`
  }
  return 'not refused'
}
