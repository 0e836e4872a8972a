// `npm run pack`: what is published, as it is published, for games that install it from there.
import { rmSync } from 'node:fs'
import { packPackages } from './pack.mjs'
import { packedForSteps } from './steps.mjs'

rmSync(packedForSteps, { recursive: true, force: true })
await packPackages(packedForSteps)
