import { simulateLink } from '@tygase/client/link'
import { predict } from '@tygase/client/predict'

/** Between this page and the server: nothing at first, then the network of a phone. */
export const link = simulateLink()
/** Runs the rules ahead of the server. */
export const prediction = predict()

const good = { latencyMs: 0, jitterMs: 0 }
const phone = { latencyMs: 80, jitterMs: 40 }
let isPhone = false

addEventListener('keydown', ({ key, target }) => {
  if (target !== document.body) return
  if (key === 'n') {
    isPhone = !isPhone
    link.change(isPhone ? phone : good)
  }
  if (key === 'p') prediction.enabled = !prediction.enabled
  show()
})

function show(): void {
  const words = [isPhone ? 'a phone' : 'good', prediction.enabled ? 'on' : 'off']
  document.querySelector('#network')!.textContent = `network: ${words[0]} · prediction: ${words[1]}`
}
show()
