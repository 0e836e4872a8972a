import { connect } from '@tygase/client'
import { clearBoard, drawDisc } from './drawing.js'
import type { frost } from './game.js'
import { watchArrows } from './keys.js'

const pen = document.querySelector('canvas')!.getContext('2d')!
const connection = await connect<typeof frost>(`ws://${location.host}`)

watchArrows((dx, dy) => connection.dispatchEvent('steer', { dx, dy }))

// a page that is closed leaves at once; without this its disc would wait for it, in case it comes back
addEventListener('pagehide', () => void connection.disconnect())

requestAnimationFrame(function frame() {
  clearBoard(pen)
  for (const [id, disc] of connection.state.discs) drawDisc(pen, disc, id === connection.clientId)
  requestAnimationFrame(frame)
})
