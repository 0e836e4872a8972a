import { type Browser, chromium } from 'playwright-core'
import { chromiumLaunchOptions } from '../../scripts/chromium.mjs'

/** For a busy machine: usually no step waits so long. */
const slowMs = 120_000

/** A browser whose pages wait for what tests ask of them for as long as a busy machine may take. */
export async function launchBrowser(): Promise<Browser> {
  const browser = await chromium.launch({ ...(await chromiumLaunchOptions()), timeout: slowMs })
  const { newContext } = browser
  // `newPage` makes its context by this too
  browser.newContext = async (options) => {
    const context = await newContext.call(browser, options)
    context.setDefaultTimeout(slowMs)
    return context
  }
  return browser
}
