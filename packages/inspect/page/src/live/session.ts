import {
  inspectHeader,
  type LoginRequest,
  type ProblemAnswer,
  type SessionAnswer,
} from '../../../src/shared/http-answers.js'

/** An answer without success, with its code. */
export class AnswerError extends Error {
  readonly code: string
  /** In seconds; undefined if it says nothing about it. */
  readonly retryAfterS: number | undefined

  constructor(code: string, message: string, retryAfterS?: number) {
    super(message)
    this.code = code
    this.retryAfterS = retryAfterS
  }
}

/** The folder that the page was loaded from: all its requests are below it. */
export const pageUrl = new URL('.', location.href)

/**
 * The session of this page.
 * @returns undefined if a login is needed
 * @throws as a rejection: AnswerError; TypeError without a network
 */
export async function findSession(): Promise<SessionAnswer | undefined> {
  try {
    return await ask<SessionAnswer>('session', { headers: { [inspectHeader]: '1' } })
  } catch (error) {
    if (error instanceof AnswerError && error.code === 'login_needed') return undefined
    throw error
  }
}

/** @throws as a rejection: AnswerError `login_wrong`, `too_many_logins` */
export function logIn(token: string): Promise<SessionAnswer> {
  const body: LoginRequest = { token }
  return ask<SessionAnswer>('login', {
    method: 'POST',
    headers: { [inspectHeader]: '1', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

export async function logOut({ nonce }: SessionAnswer): Promise<void> {
  await ask('logout', { method: 'POST', headers: { [inspectHeader]: nonce } })
}

/** The bytes of a recording that has ended. */
export async function loadRecording(id: string, { nonce }: SessionAnswer): Promise<Blob> {
  const response = await fetch(new URL(`recordings/${encodeURIComponent(id)}`, pageUrl), {
    headers: { [inspectHeader]: nonce },
  })
  if (!response.ok) throw await problemOf(response)
  return response.blob()
}

/** Keeps the session alive while the page is open. @returns a function that ends it */
export function prolong({ lastsMs }: SessionAnswer, onEnd: () => void): () => void {
  const timer = setInterval(
    () => {
      findSession().then(
        (session) => session === undefined && onEnd(),
        // without a network the next turn asks again
        () => {},
      )
    },
    Math.max(10_000, lastsMs / 3),
  )
  return () => clearInterval(timer)
}

async function ask<Answer>(path: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(new URL(path, pageUrl), { ...init, credentials: 'same-origin', cache: 'no-store' })
  if (!response.ok) throw await problemOf(response)
  return (response.status === 204 ? undefined : await response.json()) as Answer
}

async function problemOf(response: Response): Promise<AnswerError> {
  const after = Number(response.headers.get('retry-after') ?? Number.NaN)
  const retryAfterS = Number.isFinite(after) ? after : undefined
  try {
    const { code, message } = (await response.json()) as ProblemAnswer
    return new AnswerError(String(code), String(message), retryAfterS)
  } catch {
    return new AnswerError('answer_failed', `the server answered ${response.status}`, retryAfterS)
  }
}
