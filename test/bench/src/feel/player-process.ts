// A process of `npm run bench:feel` that plays scenes in virtual time, one after the other.
import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FeelReport } from '@tygase/testkit/feel'
import { answerParent } from '../net/answer-parent.js'
import { feelLinks } from './feel-links.js'
import { playScene } from './measure.js'
import type { FeelPlayerQuestions, VirtualPlay } from './players.js'
import { feelScenes } from './scenes.js'
import { feelSystems } from './systems.js'

answerParent<FeelPlayerQuestions>({ play })

async function play({ system, scene, link, seconds, seed, logs }: VirtualPlay): Promise<FeelReport> {
  const named = [
    feelSystems.find(({ name }) => name === system)!,
    feelScenes.find(({ name }) => name === scene)!,
    feelLinks.find(({ name }) => name === link)!,
  ] as const
  if (logs === undefined) return playScene(...named, seconds, seed)
  mkdirSync(logs, { recursive: true })
  const name = [system, scene, link, seed].join(' ').replaceAll(/[^\w]+/g, '-')
  const file = createWriteStream(join(logs, `${name}.jsonl`))
  const report = await playScene(...named, seconds, seed, (line) => void file.write(`${JSON.stringify(line)}\n`))
  await new Promise<void>((resolve) => file.end(() => resolve()))
  return report
}
