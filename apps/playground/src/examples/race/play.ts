// The host starts with the button, the space bar, or after a while by itself.
import { definePlay } from '@tygase/playground'
import { height, race, radius, width } from './game.js'

const colours = ['#5aa9ff', '#ff7a6b', '#4fd1a5', '#c792ff']
const button = { x: width / 2 - 190, y: 590, width: 380, height: 120 }

export const play = definePlay(race, {
  size: [width, height],

  draw(pen, { scene, me, isHost, time, seconds, effects }) {
    pen.fillStyle = '#0f1a2e'
    pen.fillRect(0, 0, width, height)
    pen.strokeStyle = '#1d2c4a'
    pen.lineWidth = 6
    for (let ring = 120; ring < 1000; ring += 120) {
      pen.beginPath()
      pen.arc(width / 2, height / 2, ring, 0, 7)
      pen.stroke()
    }
    for (const [id, { x, y }] of scene.coins) {
      const turn = Math.abs(Math.cos(seconds * 3 + String(id).length + x))
      pen.fillStyle = '#ffc94d'
      pen.beginPath()
      pen.ellipse(x, y, 6 + 20 * turn, 26, 0, 0, 7)
      pen.fill()
      pen.lineWidth = 5
      pen.strokeStyle = '#b97f10'
      pen.stroke()
    }
    for (const { data, age } of effects) {
      if (age > 0.6) continue
      pen.font = '700 54px system-ui, sans-serif'
      pen.textAlign = 'center'
      pen.fillStyle = `rgb(255 222 130 / ${1 - age / 0.6})`
      pen.fillText('+1', data.x, data.y - 30 - age * 120)
    }
    let place = 0
    for (const [id, { x, y, coins }] of scene.runners) {
      pen.fillStyle = colours[place++ % 4]!
      pen.beginPath()
      pen.arc(x, y, radius, 0, 7)
      pen.fill()
      pen.lineWidth = 8
      pen.strokeStyle = id === me ? '#fff' : 'rgb(8 12 28 / 0.5)'
      pen.stroke()
      pen.font = '700 40px system-ui, sans-serif'
      pen.textAlign = 'center'
      pen.fillStyle = '#0b1020'
      pen.fillText(String(coins), x, y + 14)
    }
    const left = Math.max(0, scene.endsAt - time)
    pen.textAlign = 'center'
    pen.fillStyle = '#fff'
    if (scene.phase === 'countdown') {
      pen.font = '800 320px system-ui, sans-serif'
      pen.fillText(String(Math.max(1, Math.ceil(left))), width / 2, height / 2 + 110)
    } else if (scene.phase === 'race') {
      pen.font = '700 60px system-ui, sans-serif'
      pen.fillText(left.toFixed(1), width / 2, 90)
    } else {
      pen.font = '700 84px system-ui, sans-serif'
      const won = scene.winner === me ? 'You have won' : 'The race is over'
      pen.fillText(scene.phase === 'over' ? won : `Lobby: ${scene.runners.size} here`, width / 2, 480)
      pen.fillStyle = isHost ? '#4fd1a5' : '#27365c'
      pen.beginPath()
      pen.roundRect(button.x, button.y, button.width, button.height, 24)
      pen.fill()
      pen.font = '700 52px system-ui, sans-serif'
      pen.fillStyle = isHost ? '#08251b' : '#8d99c4'
      pen.fillText(isHost ? 'Start' : 'Host starts', width / 2, button.y + 78)
    }
  },

  control({ keys, presses, pointer, clicks }, player) {
    const { phase, runners } = player.scene
    const isOnButton = clicks.some(
      ({ x, y }) => x > button.x && x < button.x + button.width && y > button.y && y < button.y + button.height,
    )
    const mayStart = phase === 'lobby' || phase === 'over'
    // try it at a client that is not the host
    if (mayStart && (isOnButton || presses.includes('Space'))) player.send('start')
    const axis = (less: string, more: string) => Number(keys.has(more)) - Number(keys.has(less))
    let dx = axis('ArrowLeft', 'ArrowRight') || axis('KeyA', 'KeyD')
    let dy = axis('ArrowUp', 'ArrowDown') || axis('KeyW', 'KeyS')
    const own = runners.get(player.me)
    if (own && pointer?.isDown && !mayStart) {
      dx = quarters((pointer.x - own.x) / 160)
      dy = quarters((pointer.y - own.y) / 160)
    }
    player.hold('steer', { dx, dy })
  },

  bot(player) {
    const { phase, runners, coins } = player.state
    const own = runners.get(player.me)
    if (own === undefined) return
    if (phase === 'lobby' || phase === 'over') {
      if (player.isHost && runners.size > 1 && player.random() < 0.02) player.send('start')
      return
    }
    const distance = ({ x, y }: { x: number; y: number }) => Math.hypot(x - own.x, y - own.y)
    const coin = [...coins].map(([, spot]) => spot).sort((a, b) => distance(a) - distance(b))[0]
    if (coin === undefined || player.random() < 0.2) return
    player.hold('steer', { dx: quarters((coin.x - own.x) / 120), dy: quarters((coin.y - own.y) / 120) })
  },
})

function quarters(value: number): number {
  return Math.round(Math.max(-1, Math.min(1, value)) * 4) / 4
}
