import { defineComponent, h, onBeforeUnmount, onMounted, ref, useTemplateRef } from 'vue'
import type { Figures, Match } from './match.js'

/** Networks to choose from, by their names in `match.ts`. */
const networks = ['none', 'wifi', 'mobile', 'awful'] as const
const networkWords = { none: 'no delay', wifi: 'wifi', mobile: 'mobile', awful: 'awful' } as const

/** Time between two changes of the figures, in milliseconds: numbers that change with every picture cannot be read. */
const figuresMs = 400

const stepsOfKeys: Readonly<Record<string, readonly [dx: number, dy: number]>> = {
  KeyW: [0, -1],
  ArrowUp: [0, -1],
  KeyS: [0, 1],
  ArrowDown: [0, 1],
  KeyA: [-1, 0],
  ArrowLeft: [-1, 0],
  KeyD: [1, 0],
  ArrowRight: [1, 0],
}

/** Tag, with its server and all its clients in this page: bots play, until the reader takes part. */
export const LiveGame = defineComponent({
  name: 'LiveGame',
  setup() {
    const stage = useTemplateRef<HTMLElement>('stage')
    const canvas = useTemplateRef<HTMLCanvasElement>('canvas')
    const stick = useTemplateRef<HTMLElement>('stick')
    const status = ref<'waiting' | 'starting' | 'running' | 'playing' | 'failed'>('waiting')
    const banner = ref('')
    const figures = ref<Figures>()
    const network = ref<(typeof networks)[number]>('none')
    const pressed = new Set<string>()
    let match: Match | undefined
    let observer: IntersectionObserver | undefined
    let isGone = false

    async function start(): Promise<void> {
      if (status.value !== 'waiting' || canvas.value === null || stage.value === null || stick.value === null) return
      status.value = 'starting'
      try {
        // a page is read sooner than it is played on: the game comes after the page
        const { Match } = await import('./match.js')
        const started = await Match.start(canvas.value, { stage: stage.value, stick: stick.value })
        if (isGone) return started.stop()
        match = started
        status.value = 'running'
      } catch (error) {
        console.error(error)
        status.value = 'failed'
        return
      }
      let shownAtMs = 0
      match.onPicture = (nowMs) => {
        banner.value = match?.banner ?? ''
        if (nowMs < shownAtMs + figuresMs) return
        shownAtMs = nowMs
        figures.value = match?.figures
      }
      observer = new IntersectionObserver(([entry]) => match?.show(entry?.isIntersecting === true))
      observer.observe(stage.value)
    }

    async function play(): Promise<void> {
      await start()
      if (match === undefined || status.value !== 'running') return
      await match.join()
      status.value = 'playing'
      stage.value?.focus({ preventScroll: true })
    }

    function steer(): void {
      let [dx, dy] = [0, 0]
      for (const code of pressed) {
        dx += stepsOfKeys[code]?.[0] ?? 0
        dy += stepsOfKeys[code]?.[1] ?? 0
      }
      match?.steer({ dx, dy })
    }

    function onKey(event: KeyboardEvent): void {
      if (status.value !== 'playing' || !(event.code in stepsOfKeys) || event.ctrlKey || event.metaKey || event.altKey)
        return
      // arrows steer, and do not scroll, while the picture has the focus
      event.preventDefault()
      if (event.type === 'keydown') pressed.add(event.code)
      else pressed.delete(event.code)
      if (!event.repeat) steer()
    }

    function releaseAll(): void {
      pressed.clear()
      steer()
    }

    onMounted(() => {
      const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
      const connection = (navigator as { connection?: { saveData?: boolean } }).connection
      if (isCalm || connection?.saveData === true) return
      if ('requestIdleCallback' in window) requestIdleCallback(() => void start(), { timeout: 2000 })
      else setTimeout(() => void start(), 500)
    })
    onBeforeUnmount(() => {
      isGone = true
      observer?.disconnect()
      match?.stop()
    })

    function middle() {
      if (status.value === 'playing') return []
      if (status.value === 'failed') return [h('p', 'The game does not start in this browser: its console says why.')]
      const words = status.value === 'waiting' ? 'Start the game' : 'Play'
      return [
        h('button', { type: 'button', disabled: status.value === 'starting', onClick: () => void play() }, words),
        h('p', 'WASD or arrow keys, or your thumb'),
      ]
    }

    function figureText(): string {
      const now = figures.value
      if (now === undefined) return 'A server and eight clients, all in this tab, over the real protocol.'
      const kilobytes = (now.bytesPerSecond / 1000).toFixed(1)
      return `1 server, ${now.clients} clients in this tab · version ${now.version} · ${kilobytes} kB/s to you · ${Math.round(now.rttMs)} ms`
    }

    return () =>
      h('section', { class: 'live-game', 'aria-label': 'A game of Tag, to play' }, [
        h(
          'div',
          {
            ref: 'stage',
            class: ['live-stage', { plays: status.value === 'playing' }],
            tabindex: 0,
            'aria-label': 'The arena: steer with the arrow keys',
            'data-place': figures.value?.place,
            onKeydown: onKey,
            onKeyup: onKey,
            onBlur: releaseAll,
          },
          [
            h('canvas', { ref: 'canvas', 'aria-hidden': 'true' }),
            h('div', { class: 'live-banner', role: 'status' }, banner.value),
            h('div', { ref: 'stick', class: 'live-stick', hidden: true }, [h('i')]),
            h('div', { class: 'live-middle' }, middle()),
          ],
        ),
        h('div', { class: 'live-bar' }, [
          h('output', figureText()),
          h('div', { class: 'live-links', role: 'group', 'aria-label': 'Your network' }, [
            'Network:',
            ...networks.map((name) =>
              h(
                'button',
                {
                  type: 'button',
                  'aria-pressed': String(network.value === name),
                  onClick: () => {
                    network.value = name
                    match?.setNetwork(name)
                  },
                },
                networkWords[name],
              ),
            ),
          ]),
        ]),
      ])
  },
})
