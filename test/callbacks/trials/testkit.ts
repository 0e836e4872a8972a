import { simulate, syncTest } from '@tygase/testkit'
import { gameOf, type Trial, toCaller } from '../stage.js'

const game = gameOf({})

export const testkitTrials: Readonly<Record<string, Trial>> = {
  'GameOptions.onStart': toCaller((stage) => simulate({ game, onStart: stage.fail })),
  'GameOptions.onConnect': toCaller((stage) => simulate({ game, onConnect: stage.fail })),
  'GameOptions.onPacket': toCaller((stage) => simulate({ game, onPacket: stage.fail })),
  'RoomsOptions.define': toCaller((stage) => simulate({ define: stage.fail })),
  'RoomsOptions.onConnect': toCaller((stage) =>
    simulate({ define: (server) => server.define('arena', game), clients: ['/arena'], onConnect: stage.fail }),
  ),
  'RoomsOptions.onPacket': toCaller((stage) =>
    simulate({ define: (server) => server.define('arena', game), clients: ['/arena'], onPacket: stage.fail }),
  ),
  'ClientOptions.onConnect': toCaller(async (stage) => {
    const simulation = await simulate({ game })
    const { connected } = simulation.addClient({ onConnect: stage.fail })
    await simulation.complete(connected)
  }),
  'Simulation.runUntil(predicate)': toCaller(async (stage) => {
    const simulation = await simulate({ game })
    await simulation.runUntil(stage.fail)
  }),
  'SyncTestOptions.script': toCaller((stage) => syncTest(game, { script: stage.fail })),
}
