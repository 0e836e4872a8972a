import { element, setText } from '@tygase/frame/page'
import { link, prediction } from '../network.js'

interface Conditions {
  latencyMs: number
  jitterMs: number
  /** In percent. */
  loss: number
}

/** By the value of their buttons. */
const presets: Readonly<Record<string, Conditions>> = {
  none: { latencyMs: 0, jitterMs: 0, loss: 0 },
  wifi: { latencyMs: 5, jitterMs: 15, loss: 0 },
  mobile: { latencyMs: 40, jitterMs: 60, loss: 1 },
  awful: { latencyMs: 150, jitterMs: 100, loss: 5 },
}

const units = { latencyMs: 'ms', jitterMs: 'ms', loss: '%' } as const
const names = ['latencyMs', 'jitterMs', 'loss'] as const

/** Connects the controls for the network and the prediction. */
export function showNetworkControls(): void {
  const details = element('network', HTMLDetailsElement)
  const sliders = names.map((name) => [name, element(`link-${name}`, HTMLInputElement)] as const)
  const buttons = [...details.querySelectorAll<HTMLButtonElement>('button[value]')]
  // on a small screen the table and the arena need the room
  details.open = window.matchMedia('(min-width: 900px) and (min-height: 780px)').matches

  const apply = (): void => {
    const wanted: Conditions = { ...presets.none! }
    for (const [name, slider] of sliders) {
      wanted[name] = slider.valueAsNumber
      setText(element(`link-${name}-value`, HTMLElement), `${slider.value} ${units[name]}`)
    }
    link.change({ ...wanted, loss: wanted.loss / 100 })
    for (const button of buttons) {
      const preset = presets[button.value]
      button.setAttribute('aria-pressed', String(names.every((name) => preset?.[name] === wanted[name])))
    }
  }
  for (const [, slider] of sliders) {
    slider.addEventListener('input', apply)
  }
  for (const button of buttons) {
    button.addEventListener('click', () => {
      for (const [name, slider] of sliders) slider.valueAsNumber = presets[button.value]?.[name] ?? 0
      apply()
    })
  }
  // keys steer again after a click or a drag; those who came by keys stay where they are
  for (const control of details.querySelectorAll<HTMLElement>('button, input')) {
    control.addEventListener('pointerup', () => control.blur())
    control.addEventListener('click', ({ detail }) => {
      if (detail > 0) control.blur()
    })
  }
  const box = element('predict', HTMLInputElement)
  box.addEventListener('change', () => {
    prediction.enabled = box.checked
  })
  const cable = element('cable', HTMLButtonElement)
  cable.addEventListener('click', () => {
    if (link.isCut) link.heal()
    else link.cut({ silent: true })
    setText(cable, link.isCut ? 'Plug the cable in' : 'Cut the cable')
    cable.setAttribute('aria-pressed', String(link.isCut))
  })
  apply()
}
