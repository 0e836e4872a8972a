import { useMemo, useState } from 'preact/hooks'
import type { dashboardGame } from '../../src/shared/dashboard-game.js'
import { includesRight, type SessionAnswer } from '../../src/shared/http-answers.js'
import type { lookGame } from '../../src/shared/look-game.js'
import { Dashboard } from './dashboard/dashboard.js'
import { type LiveStatus, useLiveRoom } from './live/live-room.js'
import { askOver, drawLookId } from './live/look.js'
import { type Route, useRoute } from './live/route.js'
import { logOut } from './live/session.js'
import { span } from './parts/format.js'
import { RecordingPage } from './recording/recording-page.js'
import { RoomPage } from './room/room-page.js'
import { RoomList } from './rooms/room-list.js'
import icon from './style/icon.svg'

/** The page of a session: its bar, and what the address names. */
export function Shell({ session, onLook }: { session: SessionAnswer; onLook: () => void }) {
  const route = useRoute()
  const mayInspect = includesRight(session.right, 'inspect')
  // without metrics there is nothing but rooms to begin with
  const page = route.page === 'dashboard' && !session.dashboard && mayInspect ? 'rooms' : route.page
  const isLook = mayInspect && (page === 'rooms' || page === 'room')
  const [lookId] = useState(drawLookId)
  const [dropped, setDropped] = useState<File>()
  const dashboard = useLiveRoom<typeof dashboardGame>(
    page === 'dashboard' && session.dashboard ? 'dashboard/now' : undefined,
    session,
    onLook,
  )
  const look = useLiveRoom<typeof lookGame>(isLook ? `look/${lookId}` : undefined, session, onLook)
  const { connection } = look
  const ask = useMemo(
    () => (connection === undefined ? undefined : askOver(connection, session.nonce)),
    [connection, session.nonce],
  )
  const leave = (): void => void logOut(session).then(onLook, onLook)
  const status = isLook ? look.status : page === 'dashboard' && session.dashboard ? dashboard.status : undefined
  const uptimeMs = dashboard.state?.reading?.uptimeMs

  return (
    <>
      <header class="bar">
        <h1>
          <img src={icon} alt="" />
          <span>Inspect</span>
        </h1>
        <Navigation page={page} mayInspect={mayInspect} hasDashboard={session.dashboard} />
        <div class="end">
          {!isLook && uptimeMs !== undefined && <span class="wide">up for {span(uptimeMs)}</span>}
          <span class="tag wide">{session.open ? 'this machine' : session.right}</span>
          {status !== undefined && <Status status={status} />}
          {!session.open && (
            <button type="button" class="plain" onClick={leave}>
              Log out
            </button>
          )}
        </div>
      </header>
      <main
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault()
          setDropped(event.dataTransfer?.files[0])
          location.hash = '#/recording'
        }}
      >
        {page === 'dashboard' && session.dashboard && <Dashboard reading={dashboard.state?.reading ?? undefined} />}
        {page === 'recording' && <RecordingPage file={dropped} />}
        {isLook && ask !== undefined && look.state !== undefined && page === 'rooms' && (
          <RoomList rooms={look.state.rooms} ask={ask} />
        )}
        {isLook && ask !== undefined && look.state !== undefined && route.page === 'room' && (
          <RoomPage key={route.room} roomKey={route.room} state={look.state} ask={ask} session={session} />
        )}
        {page === 'dashboard' && !session.dashboard && <p class="empty">This server has no dashboard.</p>}
        {isLook && look.state === undefined && <p class="empty">Connecting to the server.</p>}
        {!mayInspect && (page === 'rooms' || page === 'room') && (
          <p class="empty">Your token shows metrics alone. Rooms need the right “inspect”.</p>
        )}
      </main>
    </>
  )
}

interface NavigationProps {
  page: Route['page']
  mayInspect: boolean
  hasDashboard: boolean
}

function Navigation({ page, mayInspect, hasDashboard }: NavigationProps) {
  const link = (href: string, label: string, isHere: boolean) => (
    <a href={href} {...(isHere && { 'aria-current': 'page' as const })}>
      {label}
    </a>
  )
  return (
    <nav aria-label="Pages">
      {hasDashboard && link('#/', 'Dashboard', page === 'dashboard')}
      {mayInspect && link('#/rooms', 'Rooms', page === 'rooms' || page === 'room')}
      {link('#/recording', 'Recording', page === 'recording')}
    </nav>
  )
}

function Status({ status }: { status: LiveStatus }) {
  const level = status === 'live' ? 'good' : status === 'connecting' ? 'warn' : 'bad'
  return (
    <span role="status" title={status}>
      <i class={`dot ${level}`} aria-hidden="true" />
      <span class={status === 'live' ? 'status wide' : 'status'}>{status}</span>
    </span>
  )
}
