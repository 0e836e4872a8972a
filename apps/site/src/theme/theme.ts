import type { Theme } from 'vitepress'
import DefaultTheme from 'vitepress/theme'
import { h } from 'vue'
import { LiveGame } from './live-game.js'
import './colours.css'
import './live-game.css'

/** The usual theme, in the colours of the demo, with a game on the front page. */
export const theme: Theme = {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'home-hero-after': () => h(LiveGame) }),
}
