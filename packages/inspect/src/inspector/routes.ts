import { existsSync, readdirSync } from 'node:fs'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type HttpApp, serveFiles } from '@tygase/http'
import type { ClientAddress } from '@tygase/server/internal'
import {
  includesRight,
  inspectHeader,
  type LoginRequest,
  type Right,
  type SessionAnswer,
} from '../shared/http-answers.js'
import { type Access, cookieName, type Problem } from './access.js'
import type { RequestHead } from './origin.js'
import type { Recordings } from './recordings.js'
import { type InspectSession, isSameSecret } from './sessions.js'

export interface RouteOptions {
  path: string
  access: Access
  recordings: Recordings
  /** For the head of the page. */
  kinds: () => readonly string[]
  hasDashboard: boolean
  /** Folder of the page. Default: the one that is built. */
  folder?: string | undefined
}

/** What a route gets, as far as it is used here. */
interface Asked {
  readonly req: { readonly url: string; header(name: string): string | undefined }
  readonly env: { readonly clientAddress: ClientAddress | undefined } | undefined
}

/**
 * Headers of all answers. Scripts and styles are files of the page itself, no other page may show it in a frame, and it says nothing of
 * where it is.
 */
const ownHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}

/** What the page may load and do. Its socket is named, since some browsers do not count it as the page's own. */
function contentPolicy(host: string | undefined): string {
  const socket = host !== undefined && /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : ''
  return [
    "default-src 'self'",
    `connect-src 'self'${socket}`,
    "img-src 'self' data: blob:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ')
}

/** The folder of the page: beside this file once it is built, and in `dist` while it runs from its sources. */
function pageFolder(): string | undefined {
  const places = ['../page', '../../dist/page'].map((place) => fileURLToPath(new URL(place, import.meta.url)))
  return places.find((place) => existsSync(`${place}/index.html`))
}

/** Adds the page, its login and its downloads to an app. */
export function addRoutes(app: HttpApp, options: RouteOptions): void {
  const { path, access, recordings, kinds, hasDashboard, folder = pageFolder() } = options

  const sessionAnswer = (session: InspectSession, headers: Record<string, string> = {}): Response => {
    const body: SessionAnswer = {
      ...{ right: session.right, nonce: session.nonce, open: access.isOpen, dashboard: hasDashboard },
      lastsMs: access.leftMs(session),
      kinds: kinds(),
    }
    return jsonAnswer(200, body, headers)
  }

  const begin = (c: Asked, right: Right): Response => {
    const { session, cookie } = access.sessions.begin(right, access.isOpen)
    return sessionAnswer(session, { 'set-cookie': cookieText(c, cookie, access.leftMs(session) / 1000) })
  }

  /** @returns the session of a request that needs a right, or why there is none */
  const sessionFor = (c: Asked, needs: Right): InspectSession | Problem => {
    const session = access.sessionOf(headOf(c))
    if (session === undefined) return loginNeeded
    if (!isSameSecret(c.req.header(inspectHeader), session.nonce)) return headerMissing
    if (includesRight(session.right, needs)) return session
    return { status: 403, code: 'right_missing', message: `this needs the right '${needs}'` }
  }

  // for the page itself, too
  for (const pattern of [path, `${path}/*`]) {
    app.use(pattern, async (c, next) => {
      const problem = access.problemOf(headOf(c))
      if (problem === undefined) await next()
      else c.res = problemAnswer(problem)
      for (const [name, value] of Object.entries(ownHeaders)) c.header(name, value)
      c.header('content-security-policy', contentPolicy(c.req.header('host')))
    })
  }

  app.get(`${path}/session`, (c) => {
    if (c.req.header(inspectHeader) === undefined) return problemAnswer(headerMissing)
    const session = access.sessionOf(headOf(c))
    if (session !== undefined) return sessionAnswer(session)
    if (!access.isOpen) return problemAnswer(loginNeeded)
    const problem = access.openProblem()
    return problem === undefined ? begin(c, 'act') : problemAnswer(problem)
  })

  app.post(`${path}/login`, async (c) => {
    if (c.req.header(inspectHeader) === undefined) return problemAnswer(headerMissing)
    const { token } = Object(await c.req.json()) as Partial<LoginRequest>
    const right = await access.logIn(token, headOf(c))
    if (typeof right !== 'string') return problemAnswer(right)
    // a session before it is of no more use
    access.logOut(headOf(c))
    return begin(c, right)
  })

  app.post(`${path}/logout`, (c) => {
    const session = sessionFor(c, 'metrics')
    if ('status' in session) return problemAnswer(session)
    access.logOut(headOf(c))
    return new Response(null, { status: 204, headers: { 'set-cookie': cookieText(c, '', 0) } })
  })

  app.get(`${path}/recordings/:id`, (c) => {
    const session = sessionFor(c, 'act')
    if ('status' in session) return problemAnswer(session)
    const id = c.req.param('id')
    const bytes = recordings.bytesOf(id)
    if (bytes === undefined)
      return problemAnswer({ status: 404, code: 'not_found', message: 'there is no such recording' })
    access.note(headOf(c), { action: 'download', session: session.id, right: session.right, details: id })
    const headers = { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment', ...noStore }
    return new Response(bytes, { headers })
  })

  // the page looks for its files, and for its sockets, below its own address
  app.get(path, (c) => c.redirect(`${new URL(c.req.url).pathname}/`, 302))
  if (folder === undefined) return
  const files = new Map<string, ReturnType<typeof serveFiles>>()
  // a route for each: other paths below are not looked for on the disk
  for (const name of ['', ...readdirSync(folder, { recursive: true })]) {
    app.get(`${path}/${String(name).replaceAll(sep, '/')}`, (c, next) => {
      // what `createHttp` has before the path is known with the first request; no file of the page is in a folder of this name
      const { pathname } = new URL(c.req.url)
      const prefix = pathname.slice(0, pathname.lastIndexOf(`${path}/`) + path.length)
      const serve = files.get(prefix) ?? serveFiles({ root: folder, prefix })
      files.set(prefix, serve)
      return serve(c, next)
    })
  }
}

const noStore = { 'cache-control': 'no-store' }

const loginNeeded: Problem = { status: 401, code: 'login_needed', message: 'a login is needed' }
const headerMissing: Problem = {
  status: 403,
  code: 'header_missing',
  message: `the header ${inspectHeader} is missing or wrong`,
}

/** The cookie is for the inspector alone: no script and no other site has it. */
function cookieText(c: Asked, value: string, maxAgeS: number): string {
  const head = headOf(c)
  const path = new URL(c.req.url).pathname.replace(/\/[^/]*$/, '')
  // behind a proxy with TLS the connection to this process may be plain
  const isSecure = head.isEncrypted || /^https\b/.test(head.header('x-forwarded-proto') ?? '')
  const parts = [`${cookieName(head)}=${value}`, `Path=${path}`, `Max-Age=${Math.floor(maxAgeS)}`, 'HttpOnly']
  return [...parts, 'SameSite=Strict', ...(isSecure ? ['Secure'] : [])].join('; ')
}

function jsonAnswer(status: number, body: object, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { ...noStore, ...headers } })
}

function problemAnswer({ status, code, message, retryAfterS }: Problem): Response {
  return jsonAnswer(status, { code, message }, retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) })
}

function headOf(c: Asked): RequestHead {
  return {
    header: (name) => c.req.header(name),
    client: c.env?.clientAddress,
    isEncrypted: new URL(c.req.url).protocol === 'https:',
  }
}
