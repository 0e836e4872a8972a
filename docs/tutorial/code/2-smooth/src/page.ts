import { connect } from '@tygase/client'
import { clearBoard, drawDisc } from './drawing.js'
import { frost } from './game.js'
import { watchArrows } from './keys.js'
import { link, prediction } from './network.js'

const pen = document.querySelector('canvas')!.getContext('2d')!
const connection = await connect(`ws://${location.host}`, { game: frost, predict: prediction, link })

watchArrows((dx, dy) => connection.dispatchEvent('steer', { dx, dy }, { retries: Number.POSITIVE_INFINITY }))

// a page that is closed leaves at once; without this its disc would wait for it, in case it comes back
addEventListener('pagehide', () => void connection.disconnect())

requestAnimationFrame(function frame() {
  clearBoard(pen)
  for (const [id, disc] of connection.scene().discs) drawDisc(pen, disc, id === connection.clientId)
  requestAnimationFrame(frame)
})
