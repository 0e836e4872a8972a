export { createHttp, type Http } from './create-http.js'
export type { HttpErrorCode } from './errors.js'
export { serveFiles } from './files.js'
export type { HttpApp, HttpOptions } from './options.js'
