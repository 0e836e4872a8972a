// `npm run picture`: plays the built arena in two windows, and writes the moving picture of the README.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { chromiumLaunchOptions } from '../../scripts/chromium.mjs'
import { animate } from './webp.mjs'

const root = new URL('../../', import.meta.url)
const file = new URL('docs/images/arena.webp', root)
const frames = Number(process.env.FRAMES ?? 56)
const quality = 50
/** Of each of the two windows, as a player has it, and how large it is in the picture. */
const [windowWidth, windowHeight, scale] = [1280, 800, 0.44]
const gap = 6
const [width, height] = [Math.round(2 * windowWidth * scale + gap), Math.round(windowHeight * scale)]

const program = fileURLToPath(new URL('apps/arena/dist/server/main.js', root))
const server = spawn(process.execPath, [program], {
  env: { ...process.env, PORT: '0', HOST: '', BOTS: '5' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const browser = await chromium.launch(await chromiumLaunchOptions())
try {
  const url = await addressOf(server)
  const context = await browser.newContext({ viewport: { width, height } })
  const page = await context.newPage()
  await page.goto(`${url}/healthz`) // a page of the same origin
  await page.setContent(sides(url), { waitUntil: 'commit' })
  await page.waitForFunction(() => [...document.querySelectorAll('iframe')].length === 2)
  for (const frame of page.frames().slice(1)) {
    await frame.waitForFunction(() =>
      window.tygaseArena?.connection?.state.bodies.has(window.tygaseArena.connection.clientId),
    )
    await frame.evaluate(playByItself)
  }
  await page.waitForTimeout(3000)
  const devtools = await context.newCDPSession(page)
  const taken = []
  for (let i = 0; i <= frames; i++) {
    const atMs = performance.now()
    const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality })
    taken.push({ webp: Buffer.from(data, 'base64'), atMs })
  }
  const shown = taken.slice(0, -1).map(({ webp, atMs }, i) => ({ webp, durationMs: taken[i + 1].atMs - atMs }))
  const picture = animate(shown, { width, height })
  writeFileSync(file, picture)
  const seconds = (taken.at(-1).atMs - taken[0].atMs) / 1000
  console.log(
    `${frames} frames in ${seconds.toFixed(1)} s, ${Math.round(picture.length / 1000)} kB: ${fileURLToPath(file)}`,
  )
} finally {
  await browser.close()
  server.kill()
}

/**
 * @param {import('node:child_process').ChildProcess} started
 * @returns {Promise<string>}
 */
function addressOf(started) {
  return new Promise((resolve, reject) => {
    started.stdout?.setEncoding('utf8').on('data', (text) => {
      const [address] = /http:\/\/\S+:\d+/.exec(text) ?? []
      if (address !== undefined) resolve(address)
    })
    started.once('exit', (code) => reject(new Error(`the arena ended with ${code}: is it built?`)))
  })
}

/** A page with the two windows. */
function sides(url) {
  const one = (name) => `<div><iframe src="${url}/?name=${name}#picture"></iframe></div>`
  return `<!doctype html><style>
    body { margin: 0; display: flex; gap: ${gap}px; background: #05080f }
    div { width: ${windowWidth * scale}px; height: ${height}px; overflow: hidden }
    iframe { width: ${windowWidth}px; height: ${windowHeight}px; border: 0; transform: scale(${scale}); transform-origin: 0 0 }
  </style>${one('Ada')}${one('Bob')}`
}

/** In a window: runs about, aims at the nearest other player and shoots, by the keys and the mouse that a player has. */
function playByItself() {
  const { connection } = window.tygaseArena
  const stage = document.querySelector('#stage')
  const keys = ['KeyW', 'KeyD', 'KeyS', 'KeyA']
  let turn = 0
  let held
  const press = () => {
    if (held !== undefined) window.dispatchEvent(new KeyboardEvent('keyup', { code: held }))
    held = keys[(turn++ + Math.floor(Math.random() * 2)) % keys.length]
    window.dispatchEvent(new KeyboardEvent('keydown', { code: held }))
  }
  const pointer = (type, x, y) => {
    const init = { clientX: x, clientY: y, button: 0, buttons: 1, pointerType: 'mouse', bubbles: true }
    stage.dispatchEvent(new PointerEvent(type, init))
  }
  const aim = () => {
    const { bodies } = connection.scene()
    const own = bodies.get(connection.clientId)
    if (own === undefined) return
    const distance = ({ x, y }) => Math.hypot(x - own.x, y - own.y)
    const others = [...bodies].filter(([id]) => id !== connection.clientId).map(([, body]) => body)
    const target = others.sort((a, b) => distance(a) - distance(b))[0]
    if (target === undefined) return
    // the whole field is on the screen: its middle is that of the window
    const scale = Math.min((innerWidth - 24) / 1600, (innerHeight - 24) / 1000)
    pointer('pointermove', innerWidth / 2 + (target.x - 800) * scale, innerHeight / 2 + (target.y - 500) * scale)
  }
  press()
  pointer('pointerdown', innerWidth / 2, innerHeight / 2)
  setInterval(press, 700)
  setInterval(aim, 60)
}
