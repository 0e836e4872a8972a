/** More dots than this to a CSS pixel nobody sees in motion, and phones would draw them in vain. */
const maxRatio = 2.5

/** A canvas that is as sharp as the screen and follows the size of its place. */
export class Canvas {
  readonly context: CanvasRenderingContext2D
  /** In CSS pixels. */
  width = 0
  height = 0
  /** Dots to a CSS pixel. */
  ratio = 1
  readonly #element: HTMLCanvasElement

  constructor(element: HTMLCanvasElement) {
    const context = element.getContext('2d')
    if (context === null) throw new Error('this browser cannot draw on a canvas')
    this.context = context
    this.#element = element
    this.fit()
  }

  /** Takes over the size of the element and the density of the screen it is on. To be called before each picture. */
  fit(): void {
    const { clientWidth, clientHeight } = this.#element
    const ratio = Math.min(maxRatio, window.devicePixelRatio || 1)
    if (clientWidth === this.width && clientHeight === this.height && ratio === this.ratio) return
    this.width = clientWidth
    this.height = clientHeight
    this.ratio = ratio
    this.#element.width = Math.round(clientWidth * ratio)
    this.#element.height = Math.round(clientHeight * ratio)
  }
}
