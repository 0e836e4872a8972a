import type { CloseCode } from '@tygase/protocol'
import { Dice, pick, ScriptBytes } from '../dice.js'
import { hardRuns, mutate } from '../mutate.js'
import { farPacket } from '../support/far-packets.js'
import { SessionStage, type SideName } from '../support/session-stage.js'
import type { StageSide } from '../support/stage-side.js'
import { demand, type Target } from '../target.js'

const sides: readonly SideName[] = ['client', 'server']
const retryModes = [0, 1, 3, Number.POSITIVE_INFINITY]

/** Ends that come about without anybody's fault. */
const honestEnds: ReadonlySet<CloseCode | undefined> = new Set([
  undefined,
  'disconnected',
  'grace_over',
  'handshake_timeout',
  'resume_failed',
  'unknown',
])

/** Most things that a script does; each takes one to four of its bytes. */
const maxActs = 400

/** @returns nothing that anybody asks for */
type Act = (stage: SessionStage, script: ScriptBytes, reliable: boolean) => unknown

const acts: readonly Act[] = [
  (stage, script) => stage.deliver('client', 1 + script.below(4)),
  (stage, script) => stage.deliver('server', 1 + script.below(4)),
  (stage) => {
    stage.deliver('server')
    stage.deliver('client')
  },
  (stage, script) => stage.send('client', pick(script, retryModes), script.below(9)),
  (stage, script) => stage.send('server', pick(script, retryModes), script.below(9)),
  (stage, script) => stage.tick(script.byte()),
  (stage, script) => stage.tick(script.byte() * 40),
  (stage, script) => stage.settle(script.byte()),
  (stage, script) => stage.sendState(script.below(4) > 0),
  (stage, script) => stage.cut(sides.slice(script.below(3))),
  (stage) => stage.connect(),
  (stage, script, reliable) => !reliable && stage.lose(pick(script, sides)),
  (stage, script, reliable) => !reliable && stage.double(pick(script, sides)),
  (stage, script, reliable) => !reliable && stage.reorder(pick(script, sides)),
]

/** The rarest acts, which have a number of their own above the others. */
const forgeAct = 30
const closeAct = 31

/** The first byte: the kind of transport (bit 0). Each further act is a number below 32 and what it takes. */
export const script: Target = {
  name: 'script',
  about: 'whole sessions: send, tick, lose, double, reorder, cut, resume, forge, close',
  share: 4,
  corpus: (dice) => Array.from({ length: 100 }, () => drawScript(dice)),
  fresh: drawScript,
  run(input) {
    const reliable = ((input[0] ?? 0) & 1) === 0
    const bytes = new ScriptBytes(input.subarray(1))
    const stage = new SessionStage(reliable)
    stage.connect()
    let forged = false
    let closed = false
    for (let count = 0; count < maxActs && !bytes.isOver; count++) {
      const number = bytes.below(32)
      if (number === forgeAct) {
        forged = true
        forge(stage, bytes)
      } else if (number === closeAct) {
        closed = true
        stage.close(pick(bytes, sides))
      } else acts[number % acts.length]!(stage, bytes, reliable)
    }
    finish(stage)
    for (const [mine, peer] of [
      [stage.client, stage.server],
      [stage.server, stage.client],
    ] as const) {
      checkFates(mine, peer, forged)
    }
    return `ok ${forged} ${closed} ${stage.sides.map((side) => `${side.session.status} ${side.session.closeInfo?.code}`)}`
  },
}

function drawScript(dice: Dice): Uint8Array {
  const bytes = dice.bytes(10 + dice.below(200))
  // forging ends most sessions, so that few would live long if each act were as likely
  const isHonest = dice.below(3) > 0
  return isHonest ? bytes.map((byte) => (byte % 32 >= forgeAct ? byte - 2 : byte)) : bytes
}

/** A packet that was seen before, whole or changed, comes in once more, or noise, or one whose numbers no session has come to. */
function forge(stage: SessionStage, bytes: ScriptBytes): void {
  for (const side of stage.sides) side.isForged = true
  const to = pick(bytes, sides)
  const known = stage.seen.length > 0 ? pick(bytes, stage.seen) : new Uint8Array(0)
  const kind = bytes.below(5)
  if (kind === 4) stage.receive(to, farPacket(new Dice(bytes.below(65_536))))
  else if (kind === 0) stage.receive(to, known.slice())
  else if (kind < 3)
    stage.receive(to, mutate(known, new Dice(bytes.below(65_536)), { other: known, words: hardRuns }).slice())
  else stage.receive(to, bytes.take(bytes.below(40)).slice())
}

/** All that is under way arrives, all handlers end, and both sides have time. */
function finish(stage: SessionStage): void {
  for (let round = 0; round < 12; round++) {
    if (stage.sides.some(({ session }) => session.status !== 'connected')) stage.connect()
    for (let step = 0; step < 6; step++) {
      stage.deliver('server')
      stage.deliver('client')
      while (stage.sides.some(({ waiting }) => waiting.length > 0)) stage.settle(step)
      stage.tick(100)
    }
  }
}

function checkFates(mine: StageSide, peer: StageSide, forged: boolean): void {
  const { session, fates } = mine
  if (!forged) demand(honestEnds.has(session.closeInfo?.code), `an honest session ended: ${session.closeInfo?.reason}`)
  const isLive = session.status === 'connected' && peer.session.status === 'connected'
  for (const { sequence, retries, outcomes } of fates) {
    const [outcome] = outcomes
    if (session.status === 'closed') demand(outcome !== undefined, `event ${sequence} has no outcome after the end`)
    if (forged) continue
    if (isLive) demand(outcome !== undefined, `event ${sequence} with ${retries} retries has no outcome in time`)
    if (outcome === 'acked') demand(peer.handled.has(sequence), `event ${sequence} is acked, but was never handled`)
    if (outcome === 'event_lost') demand(!peer.handled.has(sequence), `event ${sequence} is lost, but was handled`)
    if (retries === Number.POSITIVE_INFINITY && outcome !== undefined) {
      const isHonest = ['acked', 'event_refused', 'event_replaced', 'session_closed'].includes(outcome)
      demand(isHonest, `event ${sequence} failed: ${outcome}`)
    }
  }
}
