import { Beams } from './beams.js'
import { board } from './board.js'
import { enter } from './door.js'
import { clearBoard, drawDisc } from './drawing.js'
import { watchArrows } from './keys.js'
import { showLobby } from './lobby.js'

const canvas = document.querySelector('canvas')!
const pen = canvas.getContext('2d')!
const say = (words: string): void => {
  document.querySelector('#hint')!.textContent = words
}
const connection = await enter()
showLobby(connection)

connection.onStatus((status) => {
  if (status === 'suspended') say('Connecting …')
  if (status === 'connected') say('Here again.')
  if (status === 'closed') setTimeout(() => location.reload(), 1000) // the server restarts: join anew
})

watchArrows((dx, dy) => connection.dispatchEvent('steer', { dx, dy }, { retries: Number.POSITIVE_INFINITY }))

canvas.addEventListener('pointerdown', ({ offsetX, offsetY }) => {
  const me = connection.scene().discs.get(connection.clientId)
  if (me === undefined) return
  const scale = board.width / canvas.clientWidth
  const angle = Math.atan2(offsetY * scale - me.y, offsetX * scale - me.x)
  connection.dispatchEvent('shoot', { angle }, { onFail: ({ refusal }) => say(refusal?.message ?? '') })
})

const beams = new Beams()
connection.registerEventHandler('shot', (shot) => beams.add(shot))

// a page that is closed leaves at once; without this its disc would wait for it, in case it comes back
addEventListener('pagehide', () => void connection.disconnect())

requestAnimationFrame(function frame() {
  clearBoard(pen)
  const { discs } = connection.scene()
  beams.draw(pen, discs)
  for (const [id, disc] of discs) {
    drawDisc(pen, disc, id === connection.clientId, connection.time < disc.frozenUntil)
  }
  requestAnimationFrame(frame)
})
