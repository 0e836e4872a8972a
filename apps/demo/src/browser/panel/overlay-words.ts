/** A reason why the player does not see the game. */
export type Obstacle =
  /** `isLate`: the server has not answered for some seconds. */
  | { kind: 'connecting'; isLate: boolean }
  | { kind: 'suspended'; code: string | undefined; reason: string | undefined }
  | { kind: 'closed'; code: string | undefined; reason: string | undefined }

export interface OverlayWords {
  title: string
  text: string
  /** True: it goes on by itself, and a spinner turns. False: there is a button. */
  waits: boolean
}

/** Why a session ended or never began: by close code, by code of a refusal, and by codes of this page. */
const sentences: Readonly<Record<string, string>> = {
  shutdown: 'The server was shut down.',
  shut_down_by_me: 'You have shut the server down.',
  disconnected: 'You have left the game.',
  transport_lost: 'The connection broke off.',
  idle: 'Nothing was heard from the server for a while.',
  grace_over: 'The connection was away for too long, so your place was given up.',
  resume_failed: 'The server does not know you any more. It may have been restarted.',
  kicked: 'The server has ended your game.',
  handshake_timeout: 'No answer from the server. It may not be running.',
  server_full: 'The server is full.',
  game_outdated: 'The game has a new version. Load the page again.',
  server_outdated: 'The server has an older version of the game. Try again later.',
  version_mismatch: 'The server speaks another version than this page. Load the page again.',
}

/** @returns title and text for an obstacle */
export function overlayWords(obstacle: Obstacle): OverlayWords {
  if (obstacle.kind === 'connecting') {
    const text = obstacle.isLate ? 'No answer from the server yet. Trying again …' : 'Looking for the server.'
    return { title: 'Connecting …', text, waits: true }
  }
  const { code, reason } = obstacle
  const sentence =
    (code === undefined ? undefined : sentences[code]) ?? asSentence(reason) ?? 'The connection has ended.'
  if (obstacle.kind === 'suspended') {
    const title = code === 'shutdown' ? 'The server is gone' : 'Connection lost'
    return { title, text: `${sentence} Trying to get you back in …`, waits: true }
  }
  return { title: code?.startsWith('shut') ? 'The server is gone' : 'Game over', text: sentence, waits: false }
}

function asSentence(reason: string | undefined): string | undefined {
  if (reason === undefined || reason === '') return undefined
  const begun = reason.charAt(0).toUpperCase() + reason.slice(1)
  return /[.!?]$/.test(begun) ? begun : `${begun}.`
}
