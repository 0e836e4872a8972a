import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { root } from '../architecture/repository.js'

/** The templates that the command offers: each has a folder beside that of what all share. */
export const templateNames: readonly string[] = readdirSync(join(root, 'packages/create-tygase/templates')).filter(
  (name) => name !== 'shared',
)

/** Two tabs of two people. `faults` has the errors of both pages. */
export async function openTwo(
  browser: Browser,
  url: string,
): Promise<{ pages: [Page, Page]; faults: string[]; close(): Promise<unknown> }> {
  const faults: string[] = []
  const pages: Page[] = []
  for (const name of ['Ada', 'Bob']) {
    // small: headless browsers draw in software
    const page = await (await browser.newContext({ viewport: { width: 800, height: 500 } })).newPage()
    page.on('pageerror', (error) => faults.push(`${name}: ${error.message}`))
    page.on('console', (message) => message.type() === 'error' && faults.push(`${name}: ${message.text()}`))
    await page.goto(`${url}?name=${name}`)
    pages.push(page)
  }
  return { pages: pages as [Page, Page], faults, close: () => Promise.all(pages.map((page) => page.context().close())) }
}

/** Plays the game of a template in two tabs, until both show what the other one has done. */
export function play(template: string, [ada, bob]: [Page, Page]): Promise<void> {
  const plays = playsOf[template]
  if (plays === undefined) throw new Error(`nobody knows how to play the template ${template}`)
  return plays(ada, bob)
}

const playsOf: Readonly<Record<string, (ada: Page, bob: Page) => Promise<void>>> = {
  // who runs about on a field full of gems, or along the ground where stars come, has one sooner or later
  canvas: (ada, bob) => scores(ada, bob, ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp'], 700),
  phaser: (ada, bob) => scores(ada, bob, ['ArrowRight', 'ArrowLeft'], 3000),

  async cards(ada, bob) {
    await bob.locator('.seat').waitFor()
    // the host deals: whose page has connected first
    await Promise.any([ada, bob].map((page) => page.getByRole('button', { name: 'Deal' }).click()))
    for (const page of [ada, bob]) await page.locator('#hand .card').nth(4).waitFor()
    const hands = await Promise.all(
      [ada, bob].map((page) => page.locator('#hand .card').evaluateAll((cards) => cards.map((card) => card.ariaLabel))),
    )
    expect(hands[0]!.filter((card) => hands[1]!.includes(card))).toEqual([])
    const isAdas = (await ada.locator('body.on-turn').count()) === 1
    const [player, other] = isAdas ? [ada, bob] : [bob, ada]
    await player.getByRole('button', { name: 'Draw a card' }).click()
    await player.locator('#hand .card').nth(5).waitFor()
    await other.locator('.seat', { hasText: '· 6' }).waitFor()
  },

  async react(ada, bob) {
    await ada.getByRole('button', { name: 'New party' }).click()
    // Bob finds the party in the live list of the lobby
    await bob.locator('.parties li', { hasText: 'Ada’s party' }).getByRole('button', { name: 'Join' }).click()
    for (const page of [ada, bob]) await page.locator('.players li').nth(1).waitFor()
    expect(await bob.getByRole('button', { name: 'Start' }).count()).toBe(0)
    await ada.getByRole('button', { name: 'Start' }).click()
    await bob.locator('.count').waitFor()
    const wanted = await ada.locator('.find b').textContent()
    await ada.locator(`.grid button[aria-label="${wanted}"]`).click()
    for (const page of [ada, bob]) {
      await page.locator('.players li', { hasText: 'Ada' }).locator('b', { hasText: '4' }).waitFor()
    }
  },
}

/** Both are in the table of both pages. One holds down key after key, until the other one's table has a score for it. */
async function scores(ada: Page, bob: Page, keys: readonly string[], heldMs: number): Promise<void> {
  for (const page of [ada, bob]) await page.locator('#table li').nth(1).waitFor()
  expect((await bob.locator('#table li span').allTextContents()).sort()).toEqual(['Ada', 'Bob'])
  const score = bob.locator('#table li', { hasText: 'Ada' }).locator('b')
  let presses = 0
  await expect
    .poll(
      async () => {
        // longer each time: a way that closes again may miss everything for ever
        await ada.keyboard.press(keys[presses % keys.length]!, { delay: heldMs * (1 + presses++ / 4) })
        return Number(await score.textContent())
      },
      { timeout: 120_000 },
    )
    .toBeGreaterThan(0)
}
