import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { SessionAnswer } from '../../src/shared/http-answers.js'
import { AnswerError, findSession, logIn, prolong } from './live/session.js'
import icon from './style/icon.svg'

type Login = 'looking' | 'needed' | 'unreachable' | SessionAnswer

/** Pause before a page asks again for a server that does not answer. */
const retryMs = 3000

/**
 * Shows its children to a page that is logged in, and the form of the login to all others.
 * @param children get the session, and a function that asks for it anew
 */
export function Login({ children }: { children: (session: SessionAnswer, look: () => void) => ComponentChildren }) {
  const [login, setLogin] = useState<Login>('looking')
  const look = (): void => {
    findSession().then(
      (session) => setLogin((before) => (isSame(before, session) ? before : (session ?? 'needed'))),
      // a page that shows something goes on to show it: a server that is restarted is back soon
      () => setLogin((before) => (typeof before === 'object' ? before : 'unreachable')),
    )
  }
  // once, when the page opens
  useEffect(look, [])
  useEffect(() => {
    if (typeof login === 'object') return prolong(login, () => setLogin('needed'))
    if (login !== 'unreachable') return
    const timer = setInterval(look, retryMs)
    return () => clearInterval(timer)
  }, [login])

  if (typeof login === 'object') return <>{children(login, look)}</>
  if (login === 'looking') return <div class="gate" />
  if (login === 'needed') return <LoginForm onLogin={setLogin} />
  return (
    <div class="gate">
      <p role="status">The server does not answer. The page tries again.</p>
    </div>
  )
}

function isSame(before: Login, session: SessionAnswer | undefined): boolean {
  return typeof before === 'object' && before.nonce === session?.nonce
}

function LoginForm({ onLogin }: { onLogin: (session: SessionAnswer) => void }) {
  const [token, setToken] = useState('')
  const [fault, setFault] = useState('')
  const [isBusy, setIsBusy] = useState(false)
  const send = async (event: Event): Promise<void> => {
    event.preventDefault()
    setIsBusy(true)
    setFault('')
    try {
      onLogin(await logIn(token.trim()))
    } catch (error) {
      setFault(faultOf(error))
      setIsBusy(false)
    }
  }
  return (
    <div class="gate">
      <form class="panel login" onSubmit={send}>
        <h1>
          <img src={icon} alt="" /> Inspect
        </h1>
        <p class="muted">This page shows the rooms of a game server. It opens with a token of the server.</p>
        <label class="stack">
          Token
          <input
            type="password"
            autocomplete="current-password"
            required
            value={token}
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
        </label>
        <p class="fault" role="alert" hidden={fault === ''}>
          {fault}
        </p>
        <button class="primary" type="submit" disabled={isBusy}>
          Log in
        </button>
      </form>
    </div>
  )
}

function faultOf(error: unknown): string {
  if (!(error instanceof AnswerError)) return 'The server does not answer.'
  if (error.code === 'login_wrong') return 'This token does not open the page.'
  if (error.code !== 'too_many_logins') return error.message
  return `Too many tries. Try again in ${error.retryAfterS ?? 60} s.`
}
