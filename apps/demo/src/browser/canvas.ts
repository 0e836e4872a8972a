/** Dots for a CSS pixel, at most: more are not seen in motion and cost phones time. */
const maxRatio = 2.5

/** A canvas that is as sharp as the screen and follows the size of its element. */
export class Canvas {
  readonly context: CanvasRenderingContext2D
  /** In CSS pixels. */
  width = 0
  height = 0
  /** Dots for a CSS pixel. */
  ratio = 1
  readonly #element: HTMLCanvasElement

  constructor(element: HTMLCanvasElement) {
    const context = element.getContext('2d')
    if (context === null) throw new Error('this browser cannot draw on a canvas')
    this.context = context
    this.#element = element
    this.fit()
  }

  /** Takes the size of the element and the density of its screen. Call it before each picture. */
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
