/** Shorter texts would be found everywhere, and are no secrets. */
const minLength = 4
const shown = '[hidden]'
const maxCauses = 5

/**
 * The parts of a request that no log may have: user and password of its URL, its query, its cookies, its tokens.
 * @param url as it was sent
 */
export function secretsOf(url: string, headers: Headers): string[] {
  const secrets: string[] = []
  const [, userinfo] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)@/i.exec(url) ?? []
  if (userinfo !== undefined) secrets.push(userinfo, ...userinfo.split(':'))
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : ''
  secrets.push(query)
  for (const [, value] of new URLSearchParams(query)) secrets.push(value)
  for (const part of query.split(/[&=]/)) secrets.push(part)
  for (const name of ['authorization', 'proxy-authorization', 'x-api-key']) {
    const value = headers.get(name) ?? ''
    secrets.push(value, value.replace(/^\S+ +/, ''))
  }
  const cookies = headers.get('cookie') ?? ''
  secrets.push(cookies, ...cookies.split(';').map((cookie) => cookie.replace(/^[^=]*=/, '').trim()))
  // the longest first, or a part of one would be left
  return [...new Set(secrets)].filter((one) => one.length >= minLength).sort((a, b) => b.length - a.length)
}

/** An error for the log, whose texts have none of the secrets. The error itself is not changed. */
export function withoutSecrets(error: unknown, secrets: readonly string[], depth = 0): unknown {
  if (secrets.length === 0) return error
  if (typeof error === 'string') return hide(error, secrets)
  if (!(error instanceof Error)) return error
  const { name, message, stack, cause } = error
  const isClean = [message, stack ?? ''].every((text) => hide(text, secrets) === text)
  if (isClean && cause === undefined) return error
  const copy = new Error(hide(message, secrets))
  const { code } = error as { code?: unknown }
  Object.defineProperties(copy, {
    name: { value: name, configurable: true },
    stack: { value: hide(stack ?? '', secrets), configurable: true },
  })
  if (code !== undefined) Object.assign(copy, { code })
  if (cause !== undefined && depth < maxCauses) copy.cause = withoutSecrets(cause, secrets, depth + 1)
  return copy
}

function hide(text: string, secrets: readonly string[]): string {
  let hidden = text
  for (const secret of secrets) hidden = hidden.replaceAll(secret, shown)
  return hidden
}
