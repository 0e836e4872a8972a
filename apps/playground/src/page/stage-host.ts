import frameStyle from '../stage/frame.css?inline'
import frameUrl from '../stage/frame.ts?worker&url'
import { type FromStage, readFromStage, type ToStage } from '../stage/messages.js'
import workerUrl from '../stage/worker.ts?worker&url'

/** Beside the worker's code: see `shrink.ts`. */
const wholeUrl = workerUrl.replace(/\.js$/, '-whole.js')
const wholeMissing = 'A part of this page could not be loaded. Look at your network, and press Restart.'

/**
 * The frame in which a game plays. Its origin is opaque: it has no storage, and cannot read this page. Its policy lets it load
 * and send nothing. The code of the game runs in a worker of that frame, which is ended when it does not answer.
 */
export class StageHost {
  readonly #port: MessagePort
  readonly #frame: HTMLIFrameElement
  readonly #onMessage: (message: FromStage) => void
  /** The whole code, once it has been asked for: true if the frame has it. */
  #whole: Promise<boolean> | undefined

  /** @param onMessage called with what the stage says, after it was checked */
  static async open(place: Element, onMessage: (message: FromStage) => void): Promise<StageHost> {
    const [frameCode, workerCode] = await Promise.all([frameUrl, workerUrl].map(textOf))
    const frame = document.createElement('iframe')
    frame.setAttribute('sandbox', 'allow-scripts')
    frame.title = 'The game'
    frame.srcdoc = pageOf(frameCode!)
    const isLoaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
    place.append(frame)
    await isLoaded
    const { port1, port2 } = new MessageChannel()
    // an opaque origin has no name
    frame.contentWindow!.postMessage({ kind: 'begin', worker: workerCode }, '*', [port2])
    return new StageHost(frame, port1, onMessage)
  }

  private constructor(frame: HTMLIFrameElement, port: MessagePort, onMessage: (message: FromStage) => void) {
    this.#frame = frame
    this.#port = port
    this.#onMessage = onMessage
    port.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = readFromStage(data)
      if (message !== undefined) onMessage(message)
    }
  }

  /** True if a run that begins now has the whole code of the library, and not the part alone that the examples reach. */
  get isWhole(): boolean {
    return this.#whole !== undefined
  }

  /** Loads the whole code, once, for the runs that begin from now on: messages wait for it. */
  loadWhole(): void {
    this.#whole ??= textOf(wholeUrl).then(
      (worker) => {
        this.#port.postMessage({ kind: 'whole', worker } satisfies ToStage)
        return true
      },
      () => {
        // the next run that needs it tries again
        this.#whole = undefined
        this.#onMessage({ kind: 'failed', message: wholeMissing })
        return false
      },
    )
  }

  send(message: ToStage): void {
    if (this.#whole === undefined) return this.#port.postMessage(message)
    void this.#whole.then((isThere) => isThere && this.#port.postMessage(message))
  }

  /** Keys go to the game. */
  focus(): void {
    this.#frame.focus({ preventScroll: true })
  }
}

async function textOf(url: string): Promise<string> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} is not there: ${response.status}`)
  return response.text()
}

/** The page in the frame. Only its own script runs, and workers from its own blobs. */
function pageOf(script: string): string {
  const nonce = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join('')
  const policy = [
    "default-src 'none'",
    "connect-src 'none'",
    // the library makes code for the rows of a game; what a worker runs is anybody's in any case
    `script-src 'nonce-${nonce}' blob: 'unsafe-eval'`,
    'worker-src blob:',
    // the form of the picture and colours are set by the script
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  // a script ends at its end tag only
  const safe = script.replaceAll('</script', '<\\/script')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>${frameStyle}</style></head>
<body><div id="grid"></div><script nonce="${nonce}">${safe}</script></body></html>`
}
