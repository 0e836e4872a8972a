// The process of the attackers.
import { createRandom } from '@tygase/gamestate'
import { answerParent } from '../../net/answer-parent.js'
import { Attacker } from '../attacker.js'
import { loadLibrary } from '../library.js'
import type { AttackQuestions } from './questions.js'

let attackers: Attacker[] = []

answerParent<AttackQuestions>({
  async open({ root, port, members, addresses }) {
    const library = await loadLibrary(root)
    const random = createRandom(3)
    attackers = addresses.map((address, index) => {
      const { kind, genes } = members[index % members.length]!
      return new Attacker(library, { kind, genes: Uint8Array.from(genes) }, { port, address }, random)
    })
    await Promise.all(attackers.map((attacker) => attacker.prepare()))
    return null
  },
  begin() {
    for (const attacker of attackers) attacker.attack()
    return null
  },
  end() {
    for (const attacker of attackers) attacker.stop()
    const all = { bytes: 0, connections: 0, endings: {} as Record<string, number> }
    for (const { counts } of attackers) {
      all.bytes += counts.bytes
      all.connections += counts.connections
      for (const [ending, count] of Object.entries(counts.endings))
        all.endings[ending] = (all.endings[ending] ?? 0) + count
    }
    return all
  },
})
