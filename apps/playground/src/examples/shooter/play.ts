// Move with the keys, aim and shoot with the pointer. On a phone, hold a finger where you want to go: it aims and shoots as well.
import { definePlay, type Player } from '@tygase/playground'
import { height, radius, reachOf, shooter, walls, width } from './game.js'

const colours = ['#5aa9ff', '#ff7a6b', '#4fd1a5', '#ffc94d']

export const play = definePlay(shooter, {
  size: [width, height],
  room: { maxRewindMs: 600 },

  draw(pen, { scene, me, effects }) {
    pen.fillStyle = '#10172c'
    pen.fillRect(0, 0, width, height)
    pen.strokeStyle = '#18213f'
    pen.lineWidth = 3
    pen.beginPath()
    for (let x = 100; x < width; x += 100) pen.rect(x, -5, 0, height + 10)
    for (let y = 100; y < height; y += 100) pen.rect(-5, y, width + 10, 0)
    pen.stroke()
    pen.fillStyle = '#2c3a68'
    for (const wall of walls) {
      pen.beginPath()
      pen.roundRect(wall.x, wall.y, wall.width, wall.height, 16)
      pen.fill()
    }
    for (const { name, data, age } of effects) {
      const by = name === 'shot' ? scene.players.get(data.by) : undefined
      if (name !== 'shot' || by === undefined || age > 0.25) continue
      const [cos, sin] = [Math.cos(data.angle), Math.sin(data.angle)]
      const reach = reachOf(by.x, by.y, cos, sin)
      pen.strokeStyle = `rgb(255 236 170 / ${1 - age * 4})`
      pen.lineWidth = 8
      pen.beginPath()
      pen.moveTo(by.x, by.y)
      pen.lineTo(by.x + cos * reach, by.y + sin * reach)
      pen.stroke()
    }
    const hits = new Map(effects.map(({ name, data, age }) => (name === 'hit' ? [data.whom, age] : ['', 9])))
    let place = 0
    pen.textAlign = 'center'
    for (const [id, { x, y, angle, health, kills }] of scene.players) {
      const colour = colours[place++ % 4]!
      pen.save()
      pen.translate(x, y)
      pen.rotate(angle)
      pen.fillStyle = '#dfe9fb'
      pen.fillRect(radius * 0.4, -8, radius * 1.1, 16)
      pen.restore()
      pen.fillStyle = (hits.get(String(id)) ?? 9) < 0.2 ? '#fff' : colour
      pen.beginPath()
      pen.arc(x, y, radius, 0, 7)
      pen.fill()
      pen.lineWidth = 8
      pen.strokeStyle = id === me ? '#fff' : 'rgb(8 12 28 / 0.5)'
      pen.stroke()
      pen.fillStyle = '#0008'
      pen.fillRect(x - 50, y - radius - 30, 100, 12)
      pen.fillStyle = health > 50 ? '#4fd1a5' : '#ff7a6b'
      pen.fillRect(x - 50, y - radius - 30, Math.max(0, health), 12)
      pen.font = '700 38px system-ui, sans-serif'
      pen.fillStyle = '#0b1020'
      pen.fillText(String(kills), x, y + 13)
    }
  },

  control({ keys, pointer }, player) {
    const axis = (less: string, more: string) => Number(keys.has(more)) - Number(keys.has(less))
    const dx = axis('KeyA', 'KeyD') || axis('ArrowLeft', 'ArrowRight')
    const dy = axis('KeyW', 'KeyS') || axis('ArrowUp', 'ArrowDown')
    const own = player.scene.players.get(player.me)
    if (own === undefined) return
    player.hold('steer', { dx, dy })
    if (pointer === undefined) return
    const angle = round(Math.atan2(pointer.y - own.y, pointer.x - own.x))
    if (pointer.isDown && isReady(player)) player.send('shoot', { angle })
    // in steps of six degrees, so that a link stays short
    else player.hold('aim', { angle })
  },

  bot(player) {
    const { players } = player.scene
    const own = players.get(player.me)
    if (own === undefined) return
    const others = [...players].filter(([id]) => id !== player.me)
    const distance = ({ x, y }: { x: number; y: number }) => Math.hypot(x - own.x, y - own.y)
    const target = others.map(([, other]) => other).sort((a, b) => distance(a) - distance(b))[0]
    if (player.random() < 0.12) {
      const way = player.random() * 2 * Math.PI
      player.hold('steer', { dx: Math.round(Math.cos(way)), dy: Math.round(Math.sin(way)) })
    }
    if (target === undefined) return
    const angle = Math.atan2(target.y - own.y, target.x - own.x) + (player.random() - 0.5) * 0.12
    if (player.random() < 0.16 && isReady(player)) player.send('shoot', { angle: round(angle) })
    else player.hold('aim', { angle: round(angle) })
  },
})

/** True if the last shot of this client is long enough ago. */
function isReady({ effects, me }: Player<typeof shooter>): boolean {
  return !effects.some(({ name, data, age }) => name === 'shot' && data.by === me && age < 0.4)
}

function round(angle: number): number {
  return Math.round(angle * 10) / 10
}
