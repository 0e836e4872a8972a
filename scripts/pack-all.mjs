// The step `pack` of `npm test`: what is published, as it is published, for the steps that look at it.
import { rmSync } from 'node:fs'
import { packPackages } from './pack.mjs'
import { packedForSteps } from './steps.mjs'

rmSync(packedForSteps, { recursive: true, force: true })
await packPackages(packedForSteps)
