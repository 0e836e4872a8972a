import type { RuleClient } from '@tygase/gamestate'
import type { ClientEvent, EventHandler, Rows, Scene } from '../scene.js'
import { drawInteger, drawName } from './draw.js'
import { worldSize } from './motion.js'
import { rowsOf } from './rows-of.js'

interface Pilot {
  x: number
  y: number
  /** Radians, from 0 to below 2π. */
  heading: number
  hp: number
  name: string
}

export interface Missile {
  x: number
  y: number
  heading: number
  owner: string
}

interface Battle {
  players: Rows<Pilot>
  missiles: Rows<Missile>
  loot: Rows<{ kind: number; count: number; owner: string }>
  monsters: Rows<{ hp: number; target: string }>
  zones: Rows<{ name: string; owner: string; points: number }>
}

const playerCount = 200
const missileCount = 100
const lootCount = 300
const monsterCount = 100
const zoneCount = 20
const eventsPerTick = 200

/** What clients may do: each of it changes one row, or two. */
const handlers = {
  steer({ players }: Battle, { heading }: { heading: number }, clientId: string) {
    players.edit(clientId).heading = heading
  },
  move({ players }: Battle, { x, y }: { x: number; y: number }, clientId: string) {
    const player = players.edit(clientId)
    player.x = x
    player.y = y
  },
  fire(
    { missiles }: Battle,
    { id, spent, ...aim }: Omit<Missile, 'owner'> & { id: string; spent: string },
    clientId: string,
  ) {
    missiles.delete(spent)
    missiles.set(id, { x: aim.x, y: aim.y, heading: aim.heading, owner: clientId })
  },
  take({ loot }: Battle, { id, count }: { id: string; count: number }, clientId: string) {
    const item = loot.edit(id)
    item.count = count
    item.owner = clientId
  },
  hit({ monsters }: Battle, { id, hp }: { id: string; hp: number }, clientId: string) {
    const monster = monsters.edit(id)
    monster.hp = hp
    monster.target = clientId
  },
  claim({ zones }: Battle, { id, points }: { id: string; points: number }, clientId: string) {
    const zone = zones.edit(id)
    zone.owner = clientId
    zone.points += points
    if (zone.points > 60_000) zone.points = 0
  },
}

export const events: Scene<Battle> = {
  name: 'events',
  about:
    'five maps with 720 rows; a tick is 200 small events of 200 clients, each of which changes a row: ours through `makeTick`, the others by a call of the handler',
  ticksPerRound: 60,
  precision: {
    players: { x: 0.01, y: 0.01, heading: 0.01 },
    missiles: { x: 0.01, y: 0.01, heading: 0.01 },
  },
  maps: ['players', 'missiles', 'loot', 'monsters', 'zones'],
  handlers,
  begin(random) {
    const place = () => random() * worldSize
    const angle = () => random() * 2 * Math.PI
    const clients: RuleClient[] = Array.from({ length: playerCount }, (_, index) =>
      Object.freeze({ id: `p${index}`, userId: undefined, name: undefined, isHost: index === 0, data: undefined }),
    )
    const sequences = new Uint32Array(playerCount)
    /** The ids of the missiles under way, the oldest first. */
    const flying = Array.from({ length: missileCount }, (_, index) => `m${index}`)
    let nextMissile = missileCount

    const drawData = (): [name: keyof typeof handlers, data: object] => {
      const chance = random()
      if (chance < 0.6) return ['steer', { heading: angle() }]
      if (chance < 0.75) return ['move', { x: place(), y: place() }]
      if (chance < 0.8) {
        const id = `m${nextMissile++}`
        flying.push(id)
        return ['fire', { id, spent: flying.shift()!, x: place(), y: place(), heading: angle() }]
      }
      if (chance < 0.9) return ['take', { id: `l${drawInteger(random, lootCount)}`, count: drawInteger(random, 50) }]
      if (chance < 0.97) return ['hit', { id: `n${drawInteger(random, monsterCount)}`, hp: drawInteger(random, 200) }]
      return ['claim', { id: `z${drawInteger(random, zoneCount)}`, points: 1 + drawInteger(random, 9) }]
    }
    const drawEvent = (): ClientEvent => {
      const sender = drawInteger(random, playerCount)
      const [name, data] = drawData()
      return { kind: 'event', name, data, client: clients[sender]!, sequence: ++sequences[sender]! }
    }

    return {
      initialState: () => ({
        players: rowsOf(playerCount, () => ({
          x: place(),
          y: place(),
          heading: angle(),
          hp: 1 + drawInteger(random, 100),
          name: drawName(random),
        })),
        missiles: rowsOf(
          missileCount,
          () => ({ x: place(), y: place(), heading: angle(), owner: `p${drawInteger(random, playerCount)}` }),
          'm',
        ),
        loot: rowsOf(
          lootCount,
          () => ({ kind: drawInteger(random, 60), count: drawInteger(random, 50), owner: '' }),
          'l',
        ),
        monsters: rowsOf(monsterCount, () => ({ hp: drawInteger(random, 200), target: '' }), 'n'),
        zones: rowsOf(zoneCount, () => ({ name: drawName(random), owner: '', points: 0 }), 'z'),
      }),
      next: () => {
        const drawn = Array.from({ length: eventsPerTick }, drawEvent)
        return {
          changes: eventsPerTick,
          events: drawn,
          play(world) {
            for (const { name, data, client } of drawn) callHandler(name, world, data, client.id)
          },
        }
      },
    }
  },
}

function callHandler(name: string, world: Battle, data: object, clientId: string): void {
  const handle = handlers[name as keyof typeof handlers] as EventHandler
  handle(world as never, data as never, clientId)
}
