import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installWithApt } from './apt.mjs'
import { isProgram } from './programs.mjs'

const namesOnPath = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const macPrograms = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** The fonts are for names and pictographs on the page, which a bare Debian cannot draw. */
const debianPackages = ['chromium', 'fonts-dejavu-core', 'fonts-noto-color-emoji']

const advice =
  'Install Chromium or Chrome (on Debian: apt-get install chromium), or set CHROMIUM_PATH to the program of one that is there.'

/**
 * Looks for Chromium or Chrome: `CHROMIUM_PATH`, then the usual names on `PATH`, then the usual places on macOS.
 * @param {Record<string, string | undefined>} [env]
 * @returns {string | undefined} the path of the program
 * @throws {Error} when `CHROMIUM_PATH` names no program, because then somebody wants another browser than would be found
 */
export function findChromium(env = process.env) {
  if (env.CHROMIUM_PATH) {
    if (isProgram(env.CHROMIUM_PATH)) return env.CHROMIUM_PATH
    throw new Error(`CHROMIUM_PATH is ${env.CHROMIUM_PATH}, and there is no program there. ${advice}`)
  }
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const candidates = namesOnPath.flatMap((name) => folders.map((folder) => join(folder, name)))
  if (process.platform === 'darwin') candidates.push(...macPrograms)
  return candidates.find(isProgram)
}

/**
 * Finds Chromium or Chrome. If there is none and it may, it installs Debian's.
 * @returns {Promise<string>} the path of the program
 * @throws {Error} with a sentence that says what to install
 */
export async function chromiumPath() {
  const found = findChromium()
  if (found !== undefined) return found
  const words = await installWithApt(debianPackages)
  const installed = findChromium()
  if (installed !== undefined) return installed
  throw new Error(`There is no Chromium here for the browser tests. ${words} ${advice}`)
}

/**
 * Options for playwright-core: `chromium.launch(await chromiumLaunchOptions())`. The browser is headless, starts as root too, and
 * does not call home: on a closed network its calls would only fail, many at a time.
 */
export async function chromiumLaunchOptions() {
  return {
    executablePath: await chromiumPath(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await chromiumPath())
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
