// The process that searches for the worst members: a server in virtual time, and nothing else.
import { createRandom } from '@tygase/gamestate'
import { VirtualClock } from '@tygase/testkit/internal'
import { answerParent } from '../../net/answer-parent.js'
import { gameEvents } from '../game.js'
import { kindsOf } from '../generator/kinds.js'
import type { Member } from '../generator/packets.js'
import { type Aim, figureOf, findWorst } from '../generator/search.js'
import { loadLibrary } from '../library.js'
import { MemberScale } from '../stage.js'
import type { SearchQuestions, WorstMember } from './questions.js'

answerParent<SearchQuestions>({
  async kinds({ root }) {
    const { protocol } = await loadLibrary(root)
    return kindsOf(protocol.messages, gameEvents)
  },
  async find({ root, subject: kind, tries, seed, withHeap }) {
    const library = await loadLibrary(root)
    const random = createRandom(seed)
    const makeClock = () => new VirtualClock()
    const nowMicroseconds = (): number => {
      const { user, system } = process.cpuUsage()
      return user + system
    }
    const times = new MemberScale(library, { makeClock, random, nowMicroseconds, heapBytes: undefined })
    const heaps = new MemberScale(library, { makeClock, random, nowMicroseconds, heapBytes })
    const found: WorstMember[] = []
    const aims: readonly Aim[] = withHeap ? ['rate', 'time', 'heap'] : ['rate']
    for (const aim of aims) {
      const scale = aim === 'heap' ? heaps : times
      const measure = (member: Member) => scale.measure(member)
      const worst = await findWorst(
        kind,
        (cost) => figureOf(cost, aim),
        { tries, random, checks: withHeap ? 3 : 1 },
        measure,
      )
      if (worst !== undefined) found.push({ kind, genes: [...worst.member.genes], aim, cost: worst.cost })
    }
    return found
  },
})

function heapBytes(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
