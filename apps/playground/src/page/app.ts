import type { GameCode } from '../run/game-code.js'
import { type Change, freshRecord, type RunRecord } from '../run/record.js'
import type { SharedRun, Sources } from '../share/shared-run.js'
import type { FromStage, Status } from '../stage/messages.js'
import { CodePanel } from './code-panel.js'
import { Compiler } from './compiler.js'
import { element } from './dom.js'
import { type Example, exampleNamed, exampleTitles, findSources } from './examples.js'
import { NetworkPanel } from './network-panel.js'
import { StageHost } from './stage-host.js'
import { StatePanel } from './state-panel.js'
import { secondsOf, Timeline } from './timeline.js'

const noticeMs = 9000
/** The tabs of the side, by the id of their panel. */
const panels = ['network', 'state', 'code'] as const

declare global {
  interface Window {
    /** For tests of the page: the newest status, and when all clients played first, in ms from the start of the navigation. */
    tygasePlayground: { status: Status | undefined; playingMs: number | undefined; link: string | undefined }
  }
}

/** The game on the stage. */
interface Current {
  readonly example: Example
  /** Undefined: those of the example. */
  readonly sources: Sources | undefined
  readonly code: GameCode
  /** The link that is played again; undefined for a run of one's own. */
  readonly shared: SharedRun | undefined
}

/** Links are read and written seldom. */
const loadLinks = () => import('../share/shared-run.js')

/** The page around the stage. */
export class App {
  readonly #compiler = new Compiler()
  readonly #network = new NetworkPanel((client, change) => this.#change(client, change))
  readonly #state = new StatePanel((who) => this.#watch(who))
  readonly #code = new CodePanel(this.#compiler, {
    apply: (sources, code) => this.#apply(sources, code),
    reset: () => this.#current && this.#play(this.#current.example),
  })
  readonly #timeline = new Timeline({
    play: (isOn) => this.#host?.send({ kind: 'play', isOn }),
    look: (place) => this.#host?.send({ kind: 'look', place }),
    skip: () => this.#host?.send({ kind: 'skip' }),
    takeOver: () => {
      this.#host?.send({ kind: 'takeOver' })
      history.replaceState(null, '', this.#current && `#${this.#current.example.name}`)
    },
  })
  readonly #examples = element('example', HTMLSelectElement)
  readonly #clients = element('clients', HTMLSelectElement)
  #host: StageHost | undefined
  #current: Current | undefined
  #noticeTimer: ReturnType<typeof setTimeout> | undefined
  #explained: SharedRun | undefined
  /** True while a game plays on the stage. */
  #isOn = false
  /** True if the run has the whole code of the library. */
  #isWhole = false
  /** True while a run is played again with the whole code, up to where it was. */
  #isCatchingUp = false
  /** Edited code, for when it has caught up. */
  #edited: { readonly sources: Sources; readonly code: GameCode } | undefined

  static async open(): Promise<void> {
    window.tygasePlayground = { status: undefined, playingMs: undefined, link: undefined }
    const app = new App()
    app.#listen()
    // loaded beside the stage
    const first = exampleNamed(location.hash.slice(1))
    try {
      app.#host = await StageHost.open(element('stage', HTMLElement), (message) => app.#take(message))
    } catch (error) {
      return app.#notice(`The playground cannot begin: ${error instanceof Error ? error.message : error}`)
    }
    await first
    await app.#openAddress()
  }

  #listen(): void {
    for (const [name, title] of exampleTitles) this.#examples.add(new Option(title, name))
    this.#examples.onchange = async () => this.#play(await exampleNamed(this.#examples.value))
    // a small screen has room for two
    if (matchMedia('(max-width: 640px)').matches) this.#clients.value = '2'
    this.#clients.onchange = () => this.#restart()
    element('restart', HTMLButtonElement).onclick = () => this.#restart()
    element('share', HTMLButtonElement).onclick = () => this.#host?.send({ kind: 'share' })
    element('leave', HTMLButtonElement).onclick = async () => this.#play(await exampleNamed(''))
    element('copy', HTMLButtonElement).onclick = () => void this.#copy()
    for (const name of panels) element(`tab-${name}`, HTMLButtonElement).onclick = () => this.#openPanel(name)
    window.addEventListener('hashchange', () => void this.#openAddress())
    // keys go to the game, until something else on the page has them
    for (const [type, isDown] of [
      ['keydown', true],
      ['keyup', false],
    ] as const) {
      document.addEventListener(type, (event) => {
        if (event.target !== document.body || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
        if (/^(Arrow|Space$)/.test(event.code)) event.preventDefault()
        this.#host?.send({ kind: 'key', code: event.code, isDown })
      })
    }
  }

  /** The address names an example, or has a whole run in its fragment. */
  async #openAddress(): Promise<void> {
    const fragment = location.hash.slice(1)
    if (!fragment.startsWith('run=')) return this.#play(await exampleNamed(fragment))
    const [{ readLink }, { LinkError }] = await Promise.all([loadLinks(), import('../share/bytes.js')])
    try {
      const shared = await readLink(fragment, findSources)
      const example = await exampleNamed(shared.example)
      if (shared.isEdited) return this.#ask(shared, example)
      this.#code.show(example.sources)
      this.#load({ example, sources: undefined, code: example.code, shared }, shared.record)
    } catch (error) {
      if (!(error instanceof LinkError)) throw error
      this.#notice(error.message)
      this.#play(await exampleNamed(''))
    }
  }

  /** Code of a stranger runs only when the person says so. */
  #ask(shared: SharedRun, example: Example): void {
    this.#current = { example, sources: shared.sources, code: example.code, shared }
    this.#examples.value = example.name
    this.#code.show(shared.sources)
    element('gate', HTMLElement).hidden = false
    element('gate-text', HTMLElement).textContent =
      `This link brings rules of its own, made from "${example.title}". They run in a frame that has no network, no storage, ` +
      'and no way into this page. Read them first under "Rules", if you like.'
    element('run', HTMLButtonElement).onclick = async () => {
      const { sources = shared.sources } = this.#current ?? {}
      const isAsShared = sources === shared.sources
      try {
        const compiled = await this.#compiler.compile(sources)
        if ('code' in compiled) {
          const current = { example, sources, code: compiled.code, shared: isAsShared ? shared : undefined }
          return this.#load(current, isAsShared ? shared.record : undefined)
        }
        this.#notice(`The rules of this link are no TypeScript: ${compiled.mistakes[0]?.text}`)
      } catch (error) {
        this.#notice(error instanceof Error ? error.message : String(error))
      }
    }
  }

  /** A new run of an example. */
  #play(example: Example): void {
    this.#code.show(example.sources)
    this.#load({ example, sources: undefined, code: example.code, shared: undefined })
    history.replaceState(null, '', `#${example.name}`)
  }

  /** A new run of the game that is there. */
  #restart(): void {
    if (this.#current === undefined) return
    this.#load({ ...this.#current, ...this.#edited, shared: undefined })
    history.replaceState(null, '', `#${this.#current.example.name}`)
  }

  #load(current: Current, record?: RunRecord): void {
    this.#current = current
    this.#isOn = false
    this.#isCatchingUp = false
    this.#edited = undefined
    // other rules may reach any part of the library
    if (current.sources !== undefined) this.#host?.loadWhole()
    this.#isWhole = this.#host?.isWhole === true
    const [seed] = crypto.getRandomValues(new Uint32Array(1))
    const run = record ?? freshRecord(seed!, Number(this.#clients.value))
    this.#examples.value = current.example.name
    this.#clients.value = String(run.links.length)
    element('about', HTMLElement).textContent = current.example.about
    element('gate', HTMLElement).hidden = true
    element('stage', HTMLElement).dataset.clients = String(run.links.length)
    this.#host?.send({ kind: 'load', code: current.code, record: run, isReplay: record !== undefined })
    this.#state.layOut(run.links.length)
    this.#watch(this.#state.whose)
  }

  /** Edited code: the run goes on with it, if its state fits. */
  #apply(sources: Sources, code: GameCode): void {
    if (this.#current === undefined) return
    const current = { ...this.#current, sources, code }
    // a stranger's code waits for "Run", also when it was edited
    if (!element('gate', HTMLElement).hidden) this.#current = current
    else if (!this.#isOn) this.#load({ ...current, shared: undefined })
    else if (!this.#isWhole || this.#isCatchingUp) {
      if (this.#edited === undefined && !this.#isCatchingUp) this.#host?.send({ kind: 'moveOut' })
      this.#edited = { sources, code }
    } else this.#swap(sources, code)
  }

  #swap(sources: Sources, code: GameCode): void {
    if (this.#current !== undefined) this.#current = { ...this.#current, sources, code }
    this.#host?.send({ kind: 'swap', code })
  }

  /** The run goes on with the whole code of the library, which plays it again up to now. A link is played from its start. */
  #goOnWhole(record: RunRecord, isReplay: boolean): void {
    // a stranger's code says what it likes
    if (this.#current === undefined || this.#isWhole) return
    const edited = this.#edited
    this.#host?.loadWhole()
    this.#load(isReplay ? this.#current : { ...this.#current, shared: undefined }, record)
    if (isReplay) {
      if (edited !== undefined) this.#swap(edited.sources, edited.code)
      return
    }
    this.#edited = edited
    this.#isCatchingUp = true
    this.#host?.send({ kind: 'skip' })
  }

  /** Goes on by hand once the run has come to where it was. */
  #catchUp({ isReplay, frame, replayFrames }: Status): void {
    if (!this.#isCatchingUp || !isReplay || frame < replayFrames) return
    this.#isCatchingUp = false
    this.#host?.send({ kind: 'takeOver' })
    const edited = this.#edited
    this.#edited = undefined
    if (edited !== undefined) this.#swap(edited.sources, edited.code)
  }

  #take(message: FromStage): void {
    if (message.kind === 'status') return this.#show(message)
    if (message.kind === 'loaded') this.#isOn = true
    if (message.kind === 'incomplete') return this.#goOnWhole(message.record, message.isReplay)
    if (message.kind === 'tree') return this.#state.show(message.text)
    if (message.kind === 'shared') return void this.#share(message.record, message.fingerprint)
    if (message.kind === 'failed') return this.#notice(message.message)
    if (message.kind === 'misfit') {
      this.#restart()
      return this.#notice('The state of these rules has another form: a new run has begun.')
    }
    if (message.kind === 'stuck') {
      this.#isOn = false
      this.#notice(
        'The code of this game did not come back within four seconds, so it was ended. Edit it, or press Restart.',
      )
    }
  }

  #show(status: Status): void {
    this.#network.show(status)
    this.#catchUp(status)
    const { shared } = this.#current ?? {}
    this.#timeline.show(status, shared?.fingerprint)
    const isOver = status.isReplay && status.frame === status.replayFrames
    if (isOver && shared !== undefined && shared.fingerprint !== status.fingerprint) this.#explain(shared)
    const hook = window.tygasePlayground
    hook.status = status
    if (status.clients.every((client) => client.status === 'connected')) hook.playingMs ??= performance.now()
  }

  /** Says once why a run is not that of its link. */
  #explain(shared: SharedRun): void {
    if (this.#explained === shared) return
    this.#explained = shared
    this.#notice(
      shared.library === libraryVersion
        ? 'This is not the run of the link, although it was made with this version of the library. That should not happen.'
        : `This is not the run of the link: it was made with version ${shared.library} of the library, and this page has ${libraryVersion}.`,
    )
  }

  #change(client: number | undefined, change: Change): void {
    this.#host?.send({ kind: 'change', client, change })
  }

  #watch(who: 'server' | number): void {
    const isOpen = !element('state', HTMLElement).hidden
    this.#host?.send({ kind: 'watch', who: isOpen ? who : undefined })
  }

  async #share(record: RunRecord, fingerprint: string): Promise<void> {
    if (this.#current === undefined) return
    const { example, sources: edited } = this.#current
    try {
      const [own, { writeLink }] = await Promise.all([example.sources(), loadLinks()])
      const sources = edited ?? own
      const isEdited = sources.game !== own.game || sources.play !== own.play
      const shared = { example: example.name, sources, isEdited, record, fingerprint, library: libraryVersion }
      const fragment = await writeLink(shared, { name: example.name, ...own })
      history.replaceState(null, '', `#${fragment}`)
      window.tygasePlayground.link = fragment
      element('share-link', HTMLTextAreaElement).value = location.href
      element('share-size', HTMLElement).textContent =
        `${secondsOf(record.frames)} seconds, ${record.inputs.length === 1 ? 'one input' : `${record.inputs.length} inputs`}, ${fragment.length} letters, fingerprint ${fingerprint}`
      element('share-dialog', HTMLDialogElement).showModal()
    } catch (error) {
      this.#notice(error instanceof Error ? error.message : String(error))
    }
  }

  async #copy(): Promise<void> {
    const field = element('share-link', HTMLTextAreaElement)
    const copy = element('copy', HTMLButtonElement)
    try {
      await navigator.clipboard.writeText(field.value)
      copy.textContent = 'Copied'
    } catch {
      // a page without a right to the clipboard
      field.select()
      copy.textContent = 'Press Ctrl+C'
    }
    setTimeout(() => {
      copy.textContent = 'Copy'
    }, 2000)
  }

  #openPanel(name: (typeof panels)[number]): void {
    for (const other of panels) {
      element(other, HTMLElement).hidden = other !== name
      element(`tab-${other}`, HTMLButtonElement).ariaSelected = String(other === name)
    }
    document.querySelector('main')!.classList.toggle('wide', name === 'code')
    this.#watch(this.#state.whose)
    if (name !== 'code') return
    void this.#code.open()
    this.#host?.loadWhole()
  }

  #notice(text: string): void {
    const notice = element('notice', HTMLElement)
    notice.textContent = text
    notice.hidden = false
    clearTimeout(this.#noticeTimer)
    this.#noticeTimer = setTimeout(() => {
      notice.hidden = true
    }, noticeMs)
  }
}
