// How Tag is drawn and played. One text for a person's hands and one for a bot.
import { definePlay } from '@tygase/playground'
import { height, radius, tag, width } from './game.js'

const colours = ['#5aa9ff', '#4fd1a5', '#c792ff', '#ffc94d']

export const play = definePlay(tag, {
  size: [width, height],

  draw(pen, { scene, me, time, effects }) {
    pen.fillStyle = '#121a33'
    pen.fillRect(0, 0, width, height)
    pen.fillStyle = '#16203d'
    for (let x = 0; x < 16; x++) for (let y = x % 2; y < 10; y += 2) pen.fillRect(x * 100, y * 100, 100, 100)
    for (const { data, age } of effects) {
      pen.strokeStyle = `rgb(255 201 77 / ${Math.max(0, 1 - age)})`
      pen.lineWidth = 10
      pen.beginPath()
      pen.arc(data.x, data.y, radius + age * 220, 0, 7)
      pen.stroke()
    }
    let place = 0
    for (const [id, { x, y, dx, dy }] of scene.players) {
      const isIt = id === scene.it
      pen.globalAlpha = isIt && time < scene.safeUntil ? 0.5 : 1
      pen.fillStyle = isIt ? '#ff5a45' : colours[place % 4]!
      place++
      pen.beginPath()
      pen.arc(x, y, radius, 0, 7)
      pen.fill()
      pen.lineWidth = 8
      pen.strokeStyle = id === me ? '#fff' : 'rgb(8 12 28 / 0.5)'
      pen.stroke()
      for (const side of [-15, 15]) {
        pen.fillStyle = '#fff'
        pen.beginPath()
        pen.arc(x + side + dx * 8, y - 6 + dy * 8, 12, 0, 7)
        pen.fill()
        pen.fillStyle = '#10162b'
        pen.beginPath()
        pen.arc(x + side + dx * 14, y - 6 + dy * 14, 6, 0, 7)
        pen.fill()
      }
      pen.globalAlpha = 1
    }
    pen.font = '600 46px system-ui, sans-serif'
    pen.textAlign = 'center'
    pen.fillStyle = scene.it === me ? '#ff9d90' : '#8d99c4'
    pen.fillText(scene.it === me ? 'You are it' : '', width / 2, 76)
  },

  control({ keys, pointer }, player) {
    const axis = (less: string, more: string) => Number(keys.has(more)) - Number(keys.has(less))
    let dx = axis('ArrowLeft', 'ArrowRight') || axis('KeyA', 'KeyD')
    let dy = axis('ArrowUp', 'ArrowDown') || axis('KeyW', 'KeyS')
    const own = player.scene.players.get(player.me)
    if (own && pointer?.isDown) {
      // in steps of a quarter, so that a link stays short
      dx = quarters((pointer.x - own.x) / 160)
      dy = quarters((pointer.y - own.y) / 160)
    }
    player.hold('steer', { dx, dy })
  },

  bot(player) {
    const { players, it } = player.state
    const own = players.get(player.me)
    if (own === undefined) return
    const others = [...players].filter(([id]) => (it === player.me ? id !== it : id === it))
    const distance = ([, { x, y }]: (typeof others)[number]) => Math.hypot(x - own.x, y - own.y)
    const [next] = others.sort((a, b) => distance(a) - distance(b))
    if (next === undefined) return player.hold('steer', { dx: 0, dy: 0 })
    // nobody is near: a walk around the middle
    if (it !== player.me && distance(next) > 560) {
      const [x, y] = [own.x - width / 2, own.y - height / 2]
      const pull = 1 - Math.hypot(x, y) / 330
      return player.hold('steer', { dx: quarters((-y + x * pull) / 500), dy: quarters((x + y * pull) / 500) })
    }
    const [, { x, y }] = next
    const sign = it === player.me ? 1 : -1
    // away from walls as well
    const wall = (value: number, size: number) => (sign < 0 ? (size / 2 - value) / size : 0)
    player.hold('steer', {
      dx: quarters((sign * (x - own.x)) / distance(next) + 1.4 * wall(own.x, width)),
      dy: quarters((sign * (y - own.y)) / distance(next) + 1.4 * wall(own.y, height)),
    })
  },
})

function quarters(value: number): number {
  return Math.round(Math.max(-1, Math.min(1, value)) * 4) / 4
}
