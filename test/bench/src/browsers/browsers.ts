import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** What is used of puppeteer-core. */
export interface Page {
  /** @returns the value of an expression in the page */
  evaluate(expression: string): Promise<unknown>
}

export interface Browser {
  newPage(): Promise<Page>
  version(): Promise<string>
  close(): Promise<void>
}

interface Driver {
  launch(options: { browser: string; executablePath: string; args?: string[]; headless: boolean }): Promise<Browser>
}

/** A browser in which a client is timed. */
export interface BrowserKind {
  readonly name: string
  open(): Promise<Browser>
}

export const browserKinds: readonly BrowserKind[] = [
  {
    name: 'Firefox',
    async open() {
      const { launch } = await loadDriver()
      // driven over WebDriver BiDi
      return launch({ browser: 'firefox', executablePath: firefoxPath(), headless: true })
    },
  },
  {
    name: 'Chromium',
    async open() {
      const { launch } = await loadDriver()
      const scripts = new URL('../../../../scripts/chromium.mjs', import.meta.url)
      const { chromiumLaunchOptions } = (await import(scripts.href)) as {
        chromiumLaunchOptions(): Promise<{ executablePath: string; args: string[] }>
      }
      const { executablePath, args } = await chromiumLaunchOptions()
      return launch({ browser: 'chrome', executablePath, args, headless: true })
    },
  },
]

/** No dependency of the workspace: nothing else needs it, and browsers are measured seldom. */
const driverName: string = 'puppeteer-core'

/** @throws Error with a sentence that says what to install */
async function loadDriver(): Promise<Driver> {
  try {
    return (await import(driverName)) as Driver
  } catch (error) {
    throw new Error(`${driverName} is missing here. Install it: npm install --no-save ${driverName}@25`, {
      cause: error,
    })
  }
}

/** @throws Error with a sentence that says what to install */
function firefoxPath(): string {
  const { FIREFOX_PATH, PATH = '' } = process.env
  const folders = PATH.split(delimiter)
  const candidates = ['firefox-esr', 'firefox'].flatMap((name) => folders.map((folder) => join(folder, name)))
  const found = FIREFOX_PATH ?? candidates.find((path) => existsSync(path))
  if (found !== undefined) return found
  throw new Error('There is no Firefox here. Install it (on Debian: apt-get install firefox-esr), or set FIREFOX_PATH.')
}

/** The program of the page, as one script. */
export async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page-program.js', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2023',
    platform: 'browser',
    logLevel: 'error',
  })
  return outputFiles[0]!.text
}

/** Opens an empty page in which the program has run. */
export async function openPage(browser: Browser, program: string): Promise<Page> {
  const page = await browser.newPage()
  await page.evaluate(program)
  return page
}
