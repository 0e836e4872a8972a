import { expect, it } from 'vitest'
import { bannerText } from '../../src/browser/panel/banner-words.js'

const standing = { plays: true, isIt: false, itName: 'Ada', alone: false, protection: 0 }

it.each([
  ['there is no player', { itName: undefined }, ''],
  ['one only watches', { plays: false }, 'Ada is it'],
  ['another is it', {}, 'Ada is it. Run!'],
  ['another is it and may not tag yet', { protection: 1.2 }, 'Ada is it. Run! 2'],
  ['one is it', { isIt: true }, 'You are it! Tag another disc'],
  ['one is it and may not tag yet', { isIt: true, protection: 3 }, 'You are it! Tag another disc in 3'],
  ['one is it alone', { isIt: true, alone: true }, 'You are it, but you are alone'],
])('the banner when %s', (_when, more, text) => {
  expect(bannerText({ ...standing, ...more })).toBe(text)
})
