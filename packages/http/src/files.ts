import { realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import { faultOfOptions, type OptionRow } from '@tygase/gamestate/internal'
import { ServerError } from '@tygase/server'
import type { MiddlewareHandler } from 'hono'

interface FilesOptions {
  /** The folder. It may be a link. */
  root: string
  /** Part of the URL before the path in the folder: with `/files`, the URL `/files/a.png` is the file `a.png`. Default: none. */
  prefix?: string
}

/** The options of `serveFiles`. */
const filesOptionRows: readonly OptionRow[] = [
  { name: 'root', default: undefined, unit: '', min: 0, meaning: 'The folder.' },
  { name: 'prefix', default: '', unit: '', min: 0, meaning: 'Part of the URL before the path in the folder.' },
]

/**
 * Serves the files of a folder, with `index.html` for folders: `app.use('/*', serveFiles({ root: 'public' }))`. It is Hono's
 * `serveStatic` for files that are below the folder in truth: a link out of the folder is not found, nor is a name that begins with
 * a dot, except `/.well-known/`.
 * @throws ServerError `invalid_argument`
 */
export function serveFiles(options: FilesOptions): MiddlewareHandler {
  const fault = faultOfOptions('serveFiles', filesOptionRows, options)
  if (fault !== undefined) throw new ServerError('invalid_argument', fault)
  const { root, prefix = '' } = options
  if (typeof root !== 'string' || root === '') throw new ServerError('invalid_argument', 'root is the name of a folder')
  const pathOf = (path: string): string => (path.startsWith(prefix) ? path.slice(prefix.length) : '/')
  const serve = serveStatic({ root, rewriteRequestPath: pathOf })
  return async (c, next) => {
    const path = pathOf(c.req.path)
    if (!c.req.path.startsWith(`${prefix}/`) || hidden.test(path) || !(await isBelow(root, path))) return next()
    return serve(c, next)
  }
}

const hidden = /\/\.(?!well-known\/)/

/** True if the file, or the index of the folder, is in truth below the root. */
async function isBelow(root: string, path: string): Promise<boolean> {
  try {
    const base = await realpath(root)
    const place = await realpath(join(root, path))
    const file = (await stat(place)).isDirectory() ? await realpath(join(place, 'index.html')) : place
    // with the separator, or the folder `public-keys` would be below `public`
    return [place, file].every((one) => one === base || one.startsWith(base.endsWith(sep) ? base : base + sep))
  } catch {
    // no such file, or none that may be read
    return false
  }
}
