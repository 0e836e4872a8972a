import { type FileHandle, open, realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import { Readable } from 'node:stream'
import type { Handler } from 'hono'
import { getMimeType } from 'hono/utils/mime'
import { ServerError } from '../errors.js'
import { problem } from './problem.js'
import { safeJoin } from './safe-join.js'

export interface StaticFilesOptions {
  /** Where the files are in URLs: `/` or `/assets`. */
  path: string
  /** The folder that they are in. Files whose names begin with a dot, and links that lead out of it, are not given out. */
  dir: string
  /** For how long a browser may take them for unchanged, in seconds. Default 0: it asks each time. */
  maxAgeS?: number
}

/** @returns the pattern of the route, and what answers it. @throws ServerError `invalid_argument` */
export function staticFiles(options: StaticFilesOptions): { pattern: string; handler: Handler } {
  const { path, dir, maxAgeS = 0 } = options
  if (!/^\/(?:[\w.-]+\/?)*$/.test(path)) {
    throw new ServerError('invalid_argument', `the path of static files is like /assets, not '${path}'`)
  }
  if (typeof dir !== 'string' || dir === '') throw new ServerError('invalid_argument', 'static files are in a folder')
  const prefix = path.endsWith('/') ? path : `${path}/`
  return {
    pattern: `${prefix}*`,
    handler: async (c) => {
      const file = safeJoin(dir, c.req.path.slice(prefix.length))
      const found = file === undefined ? undefined : await openInside(dir, file)
      if (file === undefined || found === undefined) return problem('not_found')
      return answerFile(c.req.raw, file, found, maxAgeS)
    },
  }
}

interface OpenFile {
  handle: FileHandle
  size: number
  modified: Date
}

/** @returns undefined for what is no file, or not inside of `dir` once links are followed */
async function openInside(dir: string, file: string): Promise<OpenFile | undefined> {
  let handle: FileHandle | undefined
  try {
    const [root, real] = await Promise.all([realpath(dir), realpath(file)])
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined
    handle = await open(real, 'r')
    const stats = await handle.stat()
    if (stats.isFile()) return { handle, size: stats.size, modified: stats.mtime }
  } catch {
    // that it is missing and that it may not be read is the same to a client
  }
  await handle?.close()
  return undefined
}

async function answerFile(
  request: Request,
  file: string,
  { handle, size, modified }: OpenFile,
  maxAgeS: number,
): Promise<Response> {
  const etag = `W/"${size.toString(16)}-${modified.getTime().toString(16)}"`
  const headers: Record<string, string> = {
    etag,
    'last-modified': modified.toUTCString(),
    'cache-control': maxAgeS > 0 ? `public, max-age=${maxAgeS}` : 'no-cache',
  }
  if (isKnown(request, etag, modified)) {
    await handle.close()
    return new Response(null, { status: 304, headers })
  }
  headers['content-type'] = getMimeType(file) ?? 'application/octet-stream'
  headers['content-length'] = String(size)
  if (request.method === 'HEAD' || size === 0) {
    await handle.close()
    return new Response(null, { headers })
  }
  // a file that grows meanwhile is no longer than was said
  const stream: unknown = Readable.toWeb(handle.createReadStream({ end: size - 1 }))
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>, { headers })
}

/** Whether the client has this file already. */
function isKnown(request: Request, etag: string, modified: Date): boolean {
  const known = request.headers.get('if-none-match')
  if (known !== null) return known.split(',').some((one) => one.trim() === '*' || one.trim() === etag)
  const since = request.headers.get('if-modified-since')
  // the header has whole seconds
  return since !== null && Math.floor(modified.getTime() / 1000) * 1000 <= Date.parse(since)
}
