import { engineLaws } from './support/engine-laws.js'
import { virtualStage } from './support/virtual-stage.js'

engineLaws('an engine in memory', async () => virtualStage())
engineLaws('an engine in memory with long delays', async () => virtualStage({ seed: 2, minDelayMs: 5, maxDelayMs: 80 }))
