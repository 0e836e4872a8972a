import { swarm } from './swarm.js'

export const lossless: typeof swarm = {
  name: 'lossless',
  about: 'swarm without precision: every number arrives as it was, to the last bit',
  ticksPerRound: 200,
  begin: swarm.begin,
}
