import type { Trial } from '../stage.js'
import { batteryTrials } from './batteries.js'
import { clientTrials } from './client.js'
import { clusterTrials } from './cluster.js'
import { recordTrials } from './record.js'
import { ruleTrials } from './rules.js'
import { serverTrials } from './server.js'
import { sessionTrials } from './sessions.js'
import { testkitTrials } from './testkit.js'

/** All trials, by the name of the function. */
export const trials: Readonly<Record<string, Trial>> = {
  ...ruleTrials,
  ...serverTrials,
  ...clientTrials,
  ...batteryTrials,
  ...recordTrials,
  ...clusterTrials,
  ...sessionTrials,
  ...testkitTrials,
}
