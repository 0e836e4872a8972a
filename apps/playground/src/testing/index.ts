import { freshRecord } from '../run/record.js'
import { type Sources, writeLink } from '../share/shared-run.js'
import { examples } from './hands.js'

// For the tests of this repository: no promise is made about these names.
export { writeLink } from '../share/shared-run.js'
export type { Status } from '../stage/messages.js'
export { exampleNames, examples, load, playByHand, replayed } from './hands.js'

/** A link with sources that somebody has edited, to ten seconds in which two bots play. Its fingerprint is none of a run. */
export function freshLink(example: string, sources: Sources): Promise<string> {
  const record = { ...freshRecord(1, 2), frames: 600 }
  const run = { example, sources, isEdited: true, record, fingerprint: '0'.repeat(16), library: '' }
  return writeLink(run, { name: example, ...examples[example]!.sources })
}
