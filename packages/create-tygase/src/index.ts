export { CreateError, type CreateErrorCode } from './errors.js'
export { type CreateIo, runCreate } from './run-create.js'
