import { links, simulate, syncTest } from '@tygase/testkit'
import { editState } from '@tygase/testkit/edit'
import { measureFeel } from '@tygase/testkit/feel'
import { World, type WorldClientOptions, type WorldOptions } from '@tygase/testkit/world'
import { gameOf, type Trial, toCaller } from '../stage.js'

const game = gameOf({})
const feel = { game, rows: () => ({}), play: () => {}, topSpeed: 1, seconds: 1 }

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
  'editState(recipe)': toCaller(async (stage) => editState(await simulate({ game }), stage.fail)),
  'FeelOptions.rows': toCaller((stage) => measureFeel({ ...feel, rows: stage.fail })),
  'FeelOptions.play': toCaller((stage) => measureFeel({ ...feel, play: stage.fail })),
  'FeelOptions.drawn': toCaller((stage) => measureFeel({ ...feel, drawn: stage.fail })),
  'FeelOptions.onLine': toCaller((stage) => measureFeel({ ...feel, onLine: stage.fail })),
  'WorldOptions.onPacket': toCaller((stage) => joinWorld({ onPacket: stage.fail })),
  'WorldClientOptions.onConnect': toCaller((stage) => joinWorld({}, { onConnect: stage.fail })),
  'SyncTestOptions.script': toCaller((stage) => syncTest(game, { script: stage.fail })),
}

async function joinWorld(options: Partial<WorldOptions>, client: Partial<WorldClientOptions> = {}): Promise<void> {
  const world = await World.start({ game, seed: 1, onPacket() {}, ...options })
  const { connected } = world.addClient({ link: links.lan, ...client })
  connected.catch(() => {})
  await world.step(1000)
  await connected
}
